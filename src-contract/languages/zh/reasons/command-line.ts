import type * as english from '../../../reasons/command-line.ts'
import type { Translated } from '../../define.ts'

export const commandLineReasons = {
  'input-not-a-tty': '输入设备不是 TTY，因此这里不能用 -t。只用 -i 可以传入标准输入。',
  'main-terminal-missing': '“{name}”的终端不存在。',
  'sandbox-ref-not-valid': '“{word}”不是沙箱的名称或 ID。名称由字母、数字、连字符、下划线和点组成。',
  'id-file-not-made':
    '无法把 ID 写入“{file}”{why, select, exists {，该文件已存在} other {}}。请在可写的目录中指定一个新文件的名称。',
  'support-bundle-not-written':
    '无法把支持包写入“{file}”{why, select, exists {，该文件已存在} other {}}。请在可写的目录中指定一个新文件的名称。',
  'port-not-published':
    '{why, select, stopped {“{name}”没有运行：只有运行时它的端口才在本机上。} nothing {“{name}”没有发布任何端口。} protocol {{port} 是为 {protocol} 发布的：joey port {name} {port}/{protocol}} other {“{name}”没有发布 {port}。已发布的有：{ports}。}}',
  'terminal-closed': '终端已从别处关闭。',
  'tree-not-found': { sentence: '没有名为“{word}”的沙箱或快照。', why: '显示所有快照。' },
  'agent-needs-root': { sentence: '守护进程需要 root，因为它要创建命名空间、挂载和 cgroup。', why: '这样启动' },
  'agent-died': '守护进程启动后随即结束。它最后的输出：',
  'agent-does-not-answer': '守护进程启动 {seconds} 秒后仍没有响应。',
  'grant-not-held': {
    sentence: '“{name}”没有被授予 {grant}。{held, select, = {它没有任何授权。} other {它有 {held}。}}',
    why: '显示它获得的授权。',
  },
  usage: '{problem}',
} as const satisfies Translated<typeof english.commandLineReasons>
