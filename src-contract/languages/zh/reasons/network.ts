import type * as english from '../../../reasons/network.ts'
import type { Translated } from '../../define.ts'

export const networkReasons = {
  'agent-stopping': '守护进程正在停止。',
  'network-full': { sentence: '网络中同时最多容纳 {count} 个沙箱。', why: '显示正在运行的沙箱。' },
  'no-free-subnet': {
    sentence: '本机对所有私有地址段都有路由，因此沙箱没有网络。请使用 --network none，或删除一条路由。',
    why: '显示路由。',
  },
  'port-in-use': {
    sentence:
      '端口 {port} 已被本机的{program, select, = {另一个程序} other { {program}（进程 {pid}）}}使用。请换一个端口，或用 0 表示任意端口。',
    why: '显示哪个程序使用该端口。',
  },
  'port-privileged': {
    sentence: '不能发布端口 {port}：1024 以下的端口需要的权限超过守护进程所有。',
    why: '显示从哪个端口起不需要特权。',
  },
  'port-unusable': '无法在本机发布端口 {port}。',
  'sysctl-refused': { sentence: '本机不允许 Joey 把 {key} 设为 {value}。', why: '显示它现在的值。' },
  'too-many-networks': '同时最多容纳 {limit} 个网络。',
  'network-not-found': { sentence: '没有网络“{name}”。', why: '列出所有网络。' },
  'network-in-use': {
    sentence: '网络“{name}”正被 {users} 使用，因此保留。请先让这些沙箱离开它。',
    why: '让使用它的沙箱离开。',
  },
  'network-exists': {
    sentence: '已有网络“{name}”，但设置不同。请换一个名称，或直接使用它。',
    why: '显示现有的网络。',
  },
  'network-named-already': {
    sentence: '{users} 已在共用网络“{name}”，但它没有被创建过。请先让它们离开，或换一个名称。',
    why: '让它们离开该网络。',
  },
  'not-on-network': { sentence: '“{name}”不在网络“{network}”中。', why: '显示谁在该网络中。' },
  'subnet-unfit': '子网 {subnet} 不能用于网络：前缀长度须为 8 到 29，且不能含有另作他用的地址。',
  'subnet-taken': {
    sentence: '子网 {subnet} 与本机正在使用的 {taken}（{by}）重叠。请换一个子网。',
    why: '显示本机使用的内容。',
  },
  'address-taken': {
    sentence: '网络“{network}”的地址 {address} 已被另一个正在运行的沙箱使用。',
    why: '显示谁有哪个地址。',
  },
  'address-outside':
    '地址 {address} 不属于沙箱的任何网络{subnets, select, = {：它们都没有子网。请用“joey network create --subnet”创建一个} other {（{subnets}）}}。',
  'network-addresses-gone': {
    sentence: '网络“{network}”的全部 {count} 个地址都在使用中。',
    why: '显示谁有哪个地址。',
  },
  'port-taken': {
    sentence:
      '端口 {port} 已{by, select, same {在这个沙箱中重复发布} sandbox {被{name, select, = {另一个沙箱} other {沙箱“{name}”}}发布} other {被另一个守护进程的沙箱发布}}。请换一个端口，或用 0 表示任意端口。',
    why: '显示谁发布了哪个端口。',
  },
} as const satisfies Translated<typeof english.networkReasons>
