import type * as english from '../../../sentences/exit.ts'
import type { Translated } from '../../define.ts'

export const exitSentences = {
  'exit-code': '{code, plural, =0 {正常结束。} other {以退出码 {code} 结束。}}',
  'exit-signal':
    '{by, select, stop {已被 {signal, select, = {{number} 号信号} other {{signal}}} 停止。} other {被信号 {signal, select, = {{number}} other {{signal}}} 结束。}}',
  'exit-out-of-memory':
    '内存不足（{limit, select, = {本机的内存} other {限制 {limit}}}）：内核终止了它。请给它更多内存，或检查内存泄漏。',
  'exit-out-of-processes':
    '进程数用尽（限制 {limit, select, = {为本机的限制} other {{limit}}}），这个级别的沙箱会因此结束。请允许更多进程，或检查进程泛滥。',
  'exit-monitor-lost': '它的监视进程被终止，因此没有人看到它如何结束，日志的末尾可能缺失。',
  'exit-agent-died-starting': '守护进程在启动它时意外结束。',
  'exit-unwatched': '它在没有监视时结束：本机重启过，或它的监视进程被终止。',
  'exit-not-started':
    '{after, select, start {没有启动成功} restore {已恢复原状，但没有启动成功} takenBack {撤销恢复之后没有再次启动成功} class {没有以级别“{class}”再次启动成功}}：{why}',
  'exit-while-saving': '它在保存内存时结束，无法继续运行。磁盘完好；请重新启动。',
} as const satisfies Translated<typeof english.exitSentences>
