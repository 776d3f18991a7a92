import type * as english from '../../../sentences/network-findings.ts'
import type { Translated } from '../../define.ts'

export const networkFindingSentences = {
  'filter-silent': '包过滤器没有响应',
  'filter-silent-detail': 'nft 无法列出本机的规则。沙箱只能在没有网络的情况下启动。',
  'resolver-found': '沙箱使用域名服务器 {servers}',
  'resolver-missing': '沙箱无法解析域名',
  'resolver-missing-detail':
    '{servers, select, = {本机的 /etc/resolv.conf 中没有域名服务器。} other {本机只使用 {servers}，沙箱无法访问它们：沙箱没有通往本机回环的途径，也没有 IPv6。}}',
  'firewalld-active': 'firewalld 可能使沙箱无法访问网络',
  'firewalld-active-detail': '它拒绝为不在任何区域中的接口转发。沙箱的隔离不依赖它。',
  'forward-dropped': '{by, select, docker {Docker } other {另一个防火墙}}使沙箱无法访问网络',
  'forward-dropped-detail': '除非有规则另行规定，它的规则会丢弃本机转发的内容。',
} as const satisfies Translated<typeof english.networkFindingSentences>
