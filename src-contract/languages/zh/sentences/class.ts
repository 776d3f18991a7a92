import type * as english from '../../../sentences/class.ts'
import type { Translated } from '../../define.ts'

export const classSentences = {
  'objection-network-hardware': '微虚拟机有自己的网络硬件，不能共享本机的网络。',
  'objection-own-devices': '微虚拟机的内核驱动它自己的设备，看不到本机的设备。',
  'objection-own-kernel': '微虚拟机有自己的内核，其系统调用不经过滤。',
  'objection-gvisor-devices': 'gVisor 自己回答系统调用，不转交本机的设备。',
  'objection-gvisor-new-privileges': 'gVisor 忽略文件赋予程序的权限。',
  'objection-gvisor-calls': '系统调用由 gVisor 处理，它不按配置过滤。',
  'memory-too-small': '微虚拟机有自己的内核，至少需要 64 MiB 内存。请提高限制，或换一个级别。',
  'class-same': '“{name}”已经是级别“{class}”，不会有任何变化。',
} as const satisfies Translated<typeof english.classSentences>
