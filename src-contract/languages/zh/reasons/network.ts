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
    sentence: '端口 {port} 已被本机的另一个程序使用。请换一个端口，或用 0 表示任意端口。',
    why: '显示哪个程序使用该端口。',
  },
  'port-privileged': {
    sentence: '不能发布端口 {port}：1024 以下的端口需要的权限超过守护进程所有。',
    why: '显示从哪个端口起不需要特权。',
  },
  'port-unusable': '无法在本机发布端口 {port}。',
  'sysctl-refused': { sentence: '本机不允许 Joey 把 {key} 设为 {value}。', why: '显示它现在的值。' },
  'too-many-networks': '同时最多容纳 {limit} 个网络。',
  'port-taken': {
    sentence:
      '端口 {port} 已{by, select, same {在这个沙箱中重复发布} sandbox {被另一个沙箱发布} other {被另一个守护进程的沙箱发布}}。请换一个端口，或用 0 表示任意端口。',
    why: '显示谁发布了哪个端口。',
  },
} as const satisfies Translated<typeof english.networkReasons>
