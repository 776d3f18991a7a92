import type * as english from '../../../sentences/class-plan.ts'
import type { Translated } from '../../define.ts'

export const classPlanSentences = {
  'step-stop': '停止它，最多 {seconds} 秒',
  'step-convert': '转换它的磁盘（{mebibytes} MiB）',
  'step-start': '以级别“{class}”启动它，并确认它能运行',
  'lost-memory': '内存：其中所有进程结束，主进程重新启动',
  'lost-connections': '现在打开的连接、终端和命令',
  'lost-pause': '暂停状态：之后它会运行',
  'lost-named-pipes': '其程序创建的命名管道：gVisor 只在内存中保存它们',
  'kept-disk': '磁盘：每个文件及其所有者、权限、链接和属性',
  'kept-name': '名称、标签和日志',
  'kept-network': '端口、网络和挂载',
  'kept-settings': '限制、授权和设置',
} as const satisfies Translated<typeof english.classPlanSentences>
