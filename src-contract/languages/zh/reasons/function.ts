import type * as english from '../../../reasons/function.ts'
import type { Translated } from '../../define.ts'

export const functionReasons = {
  'function-not-found': { sentence: '没有函数“{name}”。', why: '列出所有函数。' },
  'function-revision-not-found': {
    sentence: '函数“{name}”没有修订版本或标签“{revision}”。',
    why: '显示它的修订版本。',
  },
  'function-revision-gone': '函数的这个修订版本正在被删除。请重新发送请求。',
  'function-overloaded': '已有 {count} 个请求在等待这个函数。请稍后重新发送。',
  'function-not-started': '函数没有启动：{problem} 将在 {seconds} 秒后重试。',
  'function-instance-ended': '函数的一个实例在接受请求之前就结束了。',
  'function-not-ready': '函数在 {seconds} 秒内没有在端口 {port} 上接受连接。它的程序必须监听 PORT 中的端口。',
  'function-ended-early': '函数的程序在接受请求之前就结束了。{output, select, = {} other {它输出了：{output}}}',
  'function-needs-network': '作为 HTTP 服务器的函数需要网络才能被访问。请去掉 --network none，或改用 command 类型。',
  'function-field-refused':
    '{what, select, ports {函数不发布端口：它由网关调用。} tty {函数没有终端。} restart {函数没有重启策略：它在被调用时启动。} hostNetwork {函数有自己的网络，网关才能把它与其他程序区分开。} other {函数用“joey fn rm”删除。}}',
  'function-host-unknown':
    '没有函数使用这个地址。函数 NAME 的地址是 http://NAME.localhost 加上网关的端口，或 127.0.0.1 上的路径 /fn/NAME/。',
  'function-timed-out': '函数没有在 {seconds} 秒内应答。',
  'function-answer-broken': '函数关闭了连接，或应答的不是 HTTP。',
  'function-command-failed': '函数的命令以代码 {code} 结束。',
  'function-traffic-invalid': '各修订版本的份额之和必须是 100%，每个修订版本和每个标签只能出现一次。',
  'function-scale-invalid': '最少实例数不能大于最多实例数。',
} as const satisfies Translated<typeof english.functionReasons>
