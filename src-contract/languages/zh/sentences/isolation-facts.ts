import type * as english from '../../../sentences/isolation-facts.ts'
import type { Translated } from '../../define.ts'

export const isolationFactSentences = {
  'fact-kernel': '内核',
  'fact-main-process': '主进程',
  'fact-sentry': 'Sentry',
  'fact-monitor': '虚拟机监视器',
  'fact-capabilities': '能力',
  'fact-capabilities-within-reach': '可获得的能力',
  'fact-filter': '系统调用过滤器',
  'fact-no-new-privileges': '禁止获得新权限',
  'fact-user': '在本机上的用户',
  'fact-server-user': '为它打开文件的用户',
  'fact-user-map': '用户映射',
  'fact-label': '安全标签',
  'fact-own-namespaces': '自己的命名空间',
  'fact-host-namespaces': '本机的命名空间',
  'fact-cgroup': '所属控制组',
  'fact-memory': '内存',
  'fact-cpu': '处理器时间',
  'fact-pids': '进程数',
  'fact-files': '本机的文件',
  'fact-devices': '设备',
  'fact-network': '网络',
  'fact-shared-network': '共享网络',
  'fact-address': '地址',
  'fact-sockets': '本机的命名套接字',
  'fact-held-files': '保持打开的本机文件',
  'fact-other-end': '另一端由谁持有',
} as const satisfies Translated<typeof english.isolationFactSentences>

export const isolationSourceSentences = {
  'source-record': '记录',
  'source-lease': '租约',
  'source-gofer': 'gofer 的 mountinfo',
  'source-devices-list': '其 cgroup 的规则',
} as const satisfies Translated<typeof english.isolationSourceSentences>

export const isolationValueSentences = {
  'value-none': '无',
  'value-yes': '是',
  'value-no': '否',
  'value-on': '开',
  'value-off': '关',
  'value-unknown': '未知',
  'kernel-of-host': '本机自己的内核，Linux {release}',
  'kernel-of-sentry': '应用内核（gVisor）',
  'kernel-of-guest': '自己的内核，位于{speed, select, hardware {硬件支持（KVM）} emulated {模拟}}的虚拟机中',
  'process-of-program': '{program, select, = {程序未知} other {{program}}}（pid {pid}）',
  'process-with-sockets':
    '{program, select, = {程序未知} other {{program}}}（pid {pid}），{sockets, select, = {没有命名套接字} other {{sockets}}}',
  'filter-strict': '严格模式',
  'filter-count': '{count, plural, =0 {若干过滤器} other {# 个过滤器}}',
  'capabilities-over-own-users': '{names}（只对它自己的用户命名空间）',
  'users-not-mapped': '无：内部的 ID 就是本机的 ID',
  'limit-of-machine': '只受本机限制',
  'limit-of-cores': '{cores} 个核心',
  'limits-in-short':
    '{memory, select, = {内存无限制} other {{memory}}}，{cores, select, = {处理器时间无限制} other {{cores} 个核心}}，{pids, select, = {进程数无限制} other {{pids} 个进程}}',
  'mount-of-folder': '{source}，{access, select, write {读写} read {只读}}',
  'mount-of-socket': '{source}，套接字',
  'mount-of-device': '{source}，设备',
  'devices-not-reported': '这个内核没有报告：cgroup v2 由程序决定',
  'devices-everyday': '只有常用设备',
  'devices-beyond':
    '{every, select, = {{devices}} other {所有设备（{every}）{devices, select, = {} other {、{devices}}}}}{whose, select, host {} sentry {，供 gVisor 自身使用而非客户机} guest {，供 QEMU 使用而非客户机}}',
  'network-none': '只有它自己的回环',
  'network-own': '自己的网络：{interfaces, select, = {在客户机内} other {{interfaces}}}',
  'network-of-host': '本机自己的网络',
  'port-leads-to': '通往端口 {port}{filter, select, there {} missing {，但包过滤器中没有它}}',
  'virtualised-by-hardware': '由硬件支持（KVM）',
  'virtualised-by-program': '模拟',
} as const satisfies Translated<typeof english.isolationValueSentences>
