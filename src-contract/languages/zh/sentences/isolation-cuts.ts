import type * as english from '../../../sentences/isolation-cuts.ts'
import type { Translated } from '../../define.ts'

export const isolationCutSentences = {
  'cut-narrows-control':
    '{change}：通往本机内核的途径就变为{after, select, bounded {有界} filtered {经过滤} readable {可读} reachable {可达} shared {共享} writable {可写} total {完全控制}}，不再是{before, select, bounded {有界} filtered {经过滤} readable {可读} reachable {可达} shared {共享} writable {可写} total {完全控制}}。',
  'cut-removes': '{change}：这样就无法触及 {nodes}。',
  'cut-parts': '{change}：这样只有本机内核能通往 {nodes}。',
  'cut-to-class': '让 {name} 以级别 {class} 运行',
  'cut-to-no-grant': '收回 {name} 的授权 {grant}',
  'cut-to-no-network': '让 {name} 退出网络 {network}',
  'cut-to-no-port': '停止发布 {name} 的端口 {port}',
  'cut-to-read-only': '把 {name} 中的 {target} 设为只读',
  'cut-to-limit': '为 {name} 设置{limit, select, memory {内存} cpu {处理器} pids {进程数}}限制',
  'cut-host-kernel': '本机内核',
  'nodes-two': '{first}、{second}',
  'nodes-three': '{first}、{second}、{third}{more, plural, =0 {} other { 以及另外 # 个}}',
} as const satisfies Translated<typeof english.isolationCutSentences>
