import type * as english from '../../../sentences/limitations.ts'
import type { Translated } from '../../define.ts'

export const limitationSentences = {
  'container-live-snapshot': '这里无法保存本机进程的内存。磁盘随时可以保存。',
  'container-kernel-modules': '它共享本机内核。要有自己的内核，请使用微虚拟机。',
  'gvisor-live-memory-limit': '新的内存限制立即生效，但内部程序在 /proc/meminfo 中仍读到旧值。',
  'gvisor-live-limits':
    '进程数限制由本机执行，而内部每个进程在本机看来是 gVisor 的多个任务。因此它是近似值，远远超出时整个沙箱会结束。',
  'gvisor-grants': '能力只作用于 gVisor 自己的内核，不能提供本机的设备。需要这些时请使用容器。',
  'gvisor-bind-mounts': '不能使用本机挂载目录中的套接字和命名管道。文件和目录可以。',
  'gvisor-signals': '不能发送实时信号（34 到 64）。镜像若指定其中之一为停止信号，则发送 TERM。',
  'gvisor-out-of-memory': '某个程序用尽内存时整个沙箱会结束，因为客户机在本机上是一个进程。',
  'gvisor-unnamed-files': '不能创建无名文件（O_TMPFILE）。离不开它的程序会失败。',
  'gvisor-named-pipes':
    '程序创建的命名管道只在内存中：停止后就消失，磁盘快照、派生、包和其他级别中都没有。镜像自带的或在其他级别中创建的不能使用。磁盘上的套接字不能有第二个名称（`link`），而 supervisord 需要它：请在该处挂载 --tmpfs。',
  'gvisor-watching':
    '监视挂载目录的程序（inotify）由 Joey 告知本机上的更改：有变化的以新属性表示，消失的以同名内容的出现和消失表示。只读挂载的目录以及名为 node_modules 和 .git 的目录除外。',
  'gvisor-terminal-names': '终端可用，但内部没有名称：`tty` 和按名称打开终端的程序会失败。',
  'gvisor-set-id-bits':
    '在本机的目录中，程序设置 set-user-id 位（`chmod 4755`）时会被告知成功，实际没有任何变化。在容器和微虚拟机中会被告知不允许。',
  'gvisor-kernel-modules': 'gVisor 有自己的内核，不加载模块。需要模块时请使用微虚拟机。',
  'microvm-hardware-speed': '处理器是模拟的：程序运行慢很多倍。',
  'microvm-live-memory-limit':
    '运行中的客户机不能获得超过启动时的内存，至少 {leastMebibytes} MiB。较低的限制由客户机的内核执行。',
  'microvm-bind-mounts':
    '挂载由本机的辅助进程提供，最多三个，其中每次打开和读取都比容器中开销大。有挂载时无法保存内存，并且它会完整启动，而不是从模板启动。',
  'microvm-watching':
    '监视挂载目录的程序（inotify）由 Joey 告知本机上的更改：有变化的以新属性和写入结束表示，消失的以所在目录的新属性表示。只读挂载的目录以及名为 node_modules 和 .git 的目录除外。',
  'microvm-grants': '客户机有自己的内核，不能获得本机的网络和设备。',
  'microvm-nested-mounts': '挂载目录内部的挂载，客户机看不到。',
} as const satisfies Translated<typeof english.limitationSentences>
