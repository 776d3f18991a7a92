import type * as english from '../../../reasons/request.ts'
import type { Translated } from '../../define.ts'

export const requestReasons = {
  'agent-not-running': '守护进程没有运行。请用“joey agent start”启动它。',
  'agent-not-yours': {
    sentence: '守护进程的套接字属于另一个用户。请申请自己的守护进程，或使用那个账户。',
    why: '以 root 身份请求，每个守护进程都会回答 root。',
  },
  'body-too-large': '请求超过上限 {limit} MiB。',
  'request-not-readable': '无法读取请求。请求体必须是 JSON。',
  'sandbox-has-terminal': { sentence: '“{name}”有终端。请改为打开它的终端。', why: '打开它的终端。' },
  'request-not-valid':
    '{what, select, field {请求无效：{where, select, = {} other {{where}：}}{problem}} own {{where, select, = {} other {{where}：}}{problem}} twice {“{where}”已在路径中，不能再次给出。} query {{where} 的字段在查询中给出，不在请求体中。} body {这个请求的字段在请求体中给出，不在查询中。} object {请求体必须是一个 JSON 对象。} base64 {内容不是有效的 base64。} stream {窗口中断了一个流。请重新打开。} other {窗口发送了不该发送的请求。请报告此问题。}}',
  'route-not-found':
    '{what, select, operation {守护进程没有 {route}。它有什么请看 /v1/openapi.json。} other {守护进程没有流 {route}。}}',
  'answer-not-valid':
    '{what, select, answer {守护进程的回答是这个版本无法理解的。请重启守护进程。} stream {守护进程发送了这个版本无法理解的内容。请重启守护进程。} status {守护进程以状态 {status} 回答。} other {守护进程以状态 {status} 拒绝了流。}}',
  'agent-connection-lost':
    '{during, select, command {命令结束之前，守护进程断开了连接。} other {与守护进程的连接中断。它可能已停止；请再试一次。}}',
  'message-not-valid': '{what, select, field {{where}{problem}} other {第一条消息必须说明要运行什么。}}',
} as const satisfies Translated<typeof english.requestReasons>
