import type * as english from '../../../sentences/notices.ts'
import type { Translated } from '../../define.ts'

export const noticeSentences = {
  reconciled: '{what}',
  'self-test-drift':
    '“{name}”的隔离变弱：上次检查时做不到的，现在可以做到：{titles}{more, plural, =0 {} other {；还有 {more} 项}}。',
  granted: '“{name}”已被授予 {grant}。{runs, select, yes {下次启动之前，它照旧运行。} no {}}',
  'grant-taken-back': '已收回对“{name}”的授权 {grant}。{runs, select, yes {下次启动之前，它照旧运行。} no {}}',
  'ulimits-clamped': '“{name}”要求的限制是 {wanted}，得到的是 {given}：这里没有人能给出更多。',
  'ids-of-this-machine':
    '“{name}”中的 root 是本机的 root：{why, select, grant {授权 {what} 对其他 root 没有意义。} mount {{what} 的文件系统无法映射 ID。} user {它以 {what} 运行，而有自己 ID 的沙箱只有 0 到 65535。} readOnlyRoot {否则 gVisor 无法把它的根文件系统设为只读。} other {所有 ID 范围都已占用。}}',
  'server-ids-of-this-machine':
    '为“{name}”提供{serves, select, files {文件} other {挂载}}的进程是本机的 root：{why, select, grant {授权 {what} 对其他 root 没有意义。} mount {{what} 的文件系统无法映射 ID。} user {它以 {what} 运行，而有自己 ID 的沙箱只有 0 到 65535。} readOnlyRoot {否则 gVisor 无法把它的根文件系统设为只读。} other {所有 ID 范围都已占用。}}',
  'intruder-refused':
    '{why, select, sandbox {“{name}”中的程序（pid {pid}）连接了守护进程的套接字，已被拒绝。有人让该沙箱看到了套接字。} other {容器中的程序（pid {pid}）连接了守护进程的套接字，已被拒绝。}}',
  'disk-room-low':
    '{path} 的磁盘只剩 {free} MiB，低于 Joey 保留的 {reserve} MiB。没有磁盘限制的沙箱可能把它占满：请删除不需要的内容，或为它们设置限制。',
  'disk-writer-paused':
    '“{name}”在占满本机之前被暂停：{how, select, files {{seconds} 秒内其磁盘上有 {written} MiB 的文件发生变化} other {它在 {seconds} 秒内写入了 {written} MiB}}，而 {path} 的磁盘只剩 {free} MiB，低于 Joey 保留的 {reserve} MiB。请腾出空间，然后用“joey resume {name}”让它继续运行。{limit, select, yes {} other {设置限制后（停止时用“joey update --disk SIZE {name}”），它最多只占用该限制。}}',
  'packet-filter-restored': '另一个程序删除了沙箱的包过滤器。现已恢复。',
  'stop-signal-not-in-class': '“{name}”的镜像要求用信号 {signal} 停止，而级别“{class}”无法发送它，因此发送了 TERM。',
  'mounted-socket-unusable': '“{name}”通过挂载看到的 {socket} 是本机的套接字：沙箱中的程序无法连接它。',
  'mounts-not-watched':
    '“{name}”中监视挂载目录的程序收不到本机上更改的通知：它的内核不支持这种监视。请让程序定时查看（轮询）。',
  'mounts-watched-in-part':
    '“{name}”的挂载中目录太多，无法全部监视（已监视 {folders} 个）。其中的程序收不到其余目录（位于最深处）在本机上更改的通知。',
  'logins-unreadable': '无法读取镜像仓库的登录信息，重新登录之前都不生效。它们的文件现在是 {path}。',
  'settings-unreadable': '无法读取设置，因此采用新安装的设置，直到您另行选择。',
  schedule: '无法按计划为“{name}”创建快照：{why}',
  'image-name-moved': '镜像名称 {name} 现在指 {to}，之前指 {from}。',
  'image-ids-beyond':
    '镜像 {name} 的文件所属 ID 最大为 {id}。在容器或 gVisor 沙箱中，ID 到 65535 为止，更高 ID 的文件不属于任何人，也不能更改；微虚拟机有全部 ID。',
  'record-unreadable':
    '无法读取{table, select, sandboxes {沙箱} removals {已删除的沙箱} snapshots {快照} images {镜像} schedules {沙箱计划} selftests {沙箱自检} volumes {卷} functions {函数} networks {网络}}{name, select, = { {id} } other {“{name}”（{id}）}}的记录，因此略去。{table, select, schedules {} selftests {} functions {} networks {} other {它的文件保持原样。}}“joey doctor”会显示原因。',
} as const satisfies Translated<typeof english.noticeSentences>
