import type * as english from '../../../sentences/remedies.ts'
import type { Translated } from '../../define.ts'

export const remedySentences = {
  'remedy-line': '{why}：{command}',
  'remedy-start-agent': '启动守护进程',
  'remedy-log': '日志：{path}',
  'remedy-lists-records': '列出它们。守护进程每次启动都会重试；“joey records drop”可放弃其中一条。',
  'remedy-removes-leftovers': '列出它们，询问后删除。',
  'remedy-installs': '安装 {program}。',
  'remedy-starts-as-root': '以 root 启动守护进程；它的套接字属于您。',
  'remedy-installs-for-root': '把守护进程安装到只有 root 能更改的位置',
  'remedy-firewalld': '让 firewalld 为沙箱转发。沙箱能访问什么仍由 Joey 决定。',
  'remedy-forward': '让它为沙箱转发。沙箱能访问什么仍由 Joey 决定。',
} as const satisfies Translated<typeof english.remedySentences>
