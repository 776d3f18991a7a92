import type * as english from '../../../reasons/microvm.ts'
import type { Translated } from '../../define.ts'

export const microvmReasons = {
  'command-too-long': '命令连同参数和环境变量对微虚拟机来说太长。请缩短。',
  'grant-not-possible': '微虚拟机有自己的内核，因此不能使用本机的网络或设备。请换一个级别，或收回授权。',
  'guest-architecture': '微虚拟机需要 x86-64 处理器的机器。请为沙箱选择另一个级别。',
  'guest-failed': '客户机无法完成请求。它的输出在详细信息中。',
  'guest-init-missing': '此安装缺少启动微虚拟机的程序。请重新安装 Joey。',
  'guest-kernel-missing': '没有安装微虚拟机的内核。请重新安装 Joey 的软件包，包括可选的软件包。',
  'guest-kernel-other': '微虚拟机的内核不是这个版本的 Joey 测试过的，因此不使用它。请重新安装 Joey 的软件包。',
  'guest-kernel-refused': {
    sentence: '设置中为微虚拟机指定的内核 {path} 无法使用。{why}',
    why: '守护进程下次启动时重新使用 Joey 自带的内核。',
  },
  'guest-kernel-unusable': '微虚拟机的内核已损坏或类型未知。请重新安装 Joey 的软件包。',
  'guest-silent': '微虚拟机没有响应。它可能已暂停或非常繁忙；请再试一次，或停止沙箱。',
  'kill-failed': '强制终止后，微虚拟机的一些进程没有结束。',
  'no-space': {
    sentence: '没有足够的空间保存沙箱的内存，因此没有保存任何内容。请腾出空间。',
    why: '删除保留规则不再保留的内容。',
  },
  'process-gone': '进程已经结束。',
  'qemu-gone': '微虚拟机没有响应：它的模拟器已消失或卡住。',
  'qemu-refused': 'QEMU 拒绝了“{command}”。它的输出在详细信息中。',
  'restore-failed': '微虚拟机没有从保存的内存启动成功。各部分的输出在详细信息中。请只恢复磁盘。',
  'sandbox-paused': '沙箱已暂停，只有运行时才能保存内存。请先让它继续运行。',
  'save-in-progress': '正在保存这个沙箱的内存。请等待完成。',
  'share-failed': '无法把目录 {source} 共享给微虚拟机。',
  'state-differs': '运行中的机器有些方面不能改变，沙箱与此不同，内存无法继续。{what}请保持原样，或只恢复磁盘。',
  'state-incompatible': '内存由另一个版本的引擎或在另一种处理器上保存，无法在这里继续。请只恢复磁盘。',
  'template-failed': '无法准备微虚拟机。',
  'virtiofsd-missing': '微虚拟机的挂载需要 virtiofsd，但没有安装。请安装 qemu-system-common。',
  'too-many-mounts': {
    sentence: '使用这个镜像的微虚拟机最多容纳 {room} 个挂载，但需要 {wanted} 个。请换一个级别，或挂载一个共同的目录。',
    why: '显示其他级别。',
  },
  'guest-gone': '与微虚拟机的连接已断开。请查看沙箱的状态，然后再试。',
  'machine-not-running': '沙箱没有运行。',
  'needs-restart':
    '{why, select, memory {运行中的微虚拟机的内存不能超过启动时的 {mebibytes} MiB。请停止它，再用新的限制启动。} other {沙箱由早期版本的 Joey 启动，其微虚拟机在运行时无法保存。请停止它，再重新启动。}}',
} as const satisfies Translated<typeof english.microvmReasons>
