import type * as english from '../../../reasons/engine.ts'
import type { Translated } from '../../define.ts'

export const engineReasons = {
  'capability-not-held': {
    sentence: 'Joey 自身受到限制，没有要授予的全部能力，因此无法授予。请收回这项授权，或使用微虚拟机。',
    why: '显示各级别在本机能做什么。',
  },
  'device-not-found': '本机没有设备 {path}。请收回这项授权，或指明另一个设备。',
  'help-inside-failed': 'Joey 无法在沙箱内完成自己的工作，沙箱的内存或进程数可能已用尽。',
  'limit-too-low': 'gVisor 自身需要一些内存：请给沙箱至少 24 MiB，或使用级别“container”。',
  'no-runtime-works': { sentence: '本机没有可用的容器运行时。', why: '显示原因。' },
  'not-running': '只有沙箱运行时才能保存内存。请先启动或继续运行它。',
  'remove-failed': '运行时无法移除沙箱，它现在的状态是 {left}。',
  'save-not-ready': 'gVisor 准备保存内存用时太长。请再试一次。',
  'state-of-other-engine': '保存的内存来自另一个版本的 gVisor 或另一种处理器，无法在这里继续。它的磁盘可以恢复。',
  'state-unreadable': '运行时无法报告沙箱的状态。',
  'state-without-disk': '保存内存时打开的某个文件不在磁盘上，因此无法继续。',
  'runtime-unknown': 'JOEY_RUNTIME 是“{wanted}”，但必须是 crun 或 runc。',
  'no-runtime':
    '{wanted, select, = {本机没有安装容器运行时。请安装 crun 或 runc。} other {本机没有安装容器运行时 {wanted}。}}',
  'command-not-found': {
    sentence:
      '{program, select, = {命令是空字符串，没有指明任何程序。} other {沙箱中没有程序“{program}”。请检查命令，或选择另一个镜像。}}',
    why: '显示其他镜像。',
  },
  'command-not-executable':
    '{program, select, = {命令} other {“{program}”}}在沙箱中无法运行：它不是程序，或权限不允许。请检查命令。',
  'working-directory': '没有启动“{program}”，因为无法进入它的工作目录。请检查目录是否存在。',
  'start-failed':
    '{part, select, process {客户机无法启动进程。它的输出在详细信息中。} sandbox {客户机无法创建沙箱。它的输出在详细信息中。} machine {无法启动微虚拟机。各部分的输出在详细信息中。} boot {微虚拟机没有启动成功。各部分的输出在详细信息中。} other {运行时无法创建沙箱。它的输出在详细信息中。}}',
  'limit-below-use': '沙箱使用的内存超过这个限制。请选择更高的限制，或结束其中一些进程。',
  'signal-unknown': '没有信号“{signal}”。',
  'signal-not-in-class': '级别“{class}”无法发送信号 {signal}，它只支持 1 到 {highest}。请换一个信号或级别。',
  'signal-failed': '无法发送信号 {signal}。',
  'pause-incomplete': '有一个进程在 {seconds} 秒内无法冻结，因此一切继续运行。它在等待没有响应的设备或服务器。',
  'state-damaged':
    '{engine, select, microvm {保存的内存已损坏或不完整，因此没有从它启动任何内容。请只恢复磁盘，或创建另一个快照。} other {保存的内存已损坏，因此没有从它启动任何内容。它的磁盘仍可恢复。}}',
  'ids-not-mappable': '{path} 所在的文件系统无法映射用户 ID，因此这个沙箱不能有自己的 ID。',
  'id-not-in-sandbox': '这个沙箱中没有用户或组 {id}：它只有 0 到 {last}。',
  'save-failed':
    '{engine, select, qemu {无法保存微虚拟机的内存。模拟器的输出在详细信息中。} other {gVisor 无法保存沙箱的内存。它的输出在详细信息中。}}',
  'live-not-possible':
    '{why, select, mounts {有挂载的微虚拟机无法保存内存，因为这些挂载由本机的其他进程提供。请只为磁盘创建快照，或去掉挂载。} hostParts {直接使用本机网络或设备的沙箱无法保存内存。请只为磁盘创建快照，或收回授权。} recursiveMounts {有递归挂载时无法保存内存，因为下面挂载的内容届时可能不同。请只保存磁盘。} hostNetwork {授予了本机网络时无法保存内存。请收回授权，或只保存磁盘。} other {这个版本的 gVisor 无法放弃网络连接，保存内存时会直接结束。请只保存磁盘，或安装更新的 gVisor。}}',
} as const satisfies Translated<typeof english.engineReasons>
