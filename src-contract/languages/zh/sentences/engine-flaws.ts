import type * as english from '../../../sentences/engine-flaws.ts'
import type { Translated } from '../../define.ts'

export const engineFlawSentences = {
  'engine-old': '{engine, select, kernel {内核} runsc {gVisor} qemu {QEMU} other {{engine}}} {version} 早于 {wanted}',
  'engine-flaws':
    '{flaws}{cves, select, = {} other {{cves}。}}{corrected, select, maybe {您的发行版可能已经修复而没有更改版本号：请保持更新。} no {}}',
  'flaw-runc-open-folder': '程序可以通过留给它的打开目录进入本机。',
  'flaw-runc-races': '屏蔽路径和控制台的竞态使程序能写入本机 /proc 中的设置。',
  'flaw-crun-capabilities': '内部的程序可能继承它们不该有的能力。',
  'flaw-gvisor-mounts': '内部的程序可以通过挂载使沙箱的内核崩溃。',
  'flaw-qemu-devices': '客户机可以使其虚拟设备使用已释放的内存，并可能进入模拟器。',
  'flaw-virtiofsd-groups': '客户机可以在共享目录中以它不属于的组的权限创建文件。',
  'flaw-conmon-untried': 'Joey 没有用这么旧的版本测试过。',
  'flaw-kernel-filter': '包过滤器的缺陷使普通程序能成为本机的 root。',
  'kernel-fault': '{cve}（记录日期 {recordOf}）：{fault}',
  'fault-ext4-reserved': 'ext4 可能记住文件预留部分的错误状态，弄错可用空间。',
  'fault-unix-socket-peeked': '在关闭另一个套接字的同时查看 Unix 套接字中等待的数据，这些数据可能丢失。',
  'fault-huge-page-split': '遍历内存时大页被拆分，可能使客户机的内核崩溃。',
} as const satisfies Translated<typeof english.engineFlawSentences>
