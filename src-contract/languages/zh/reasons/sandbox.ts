import type * as english from '../../../reasons/sandbox.ts'
import type { Translated } from '../../define.ts'
import { sandboxIs } from '../sandbox-is.ts'

export const sandboxReasons = {
  'total-memory-below-use':
    '所有沙箱共使用 {used} MiB 内存，超过新的上限 {ceiling} MiB。请先停止一些沙箱，或选择更高的上限。',
  'class-unknown': { sentence: '没有级别“{to}”。', why: '显示现有的级别。' },
  'command-missing': '镜像没有自带命令。请说明要运行什么。',
  'group-unknown': '沙箱中没有组“{name}”。请使用编号，或其 /etc/group 中的名称。',
  'host-network-and-name': '只能使用本机的网络或沙箱的网络之一。请去掉 host-network，或去掉网络名称。',
  'host-network-and-none': '不能既使用本机的网络又没有网络。请去掉 host-network，或选择网络“nat”。',
  'host-network-and-ports': '使用本机网络时，它的端口就是本机的端口。请去掉端口，或去掉 host-network。',
  'restart-and-remove': '命令结束后即删除的沙箱（--rm）不能再次启动（--restart）。请去掉其中之一。',
  'sandbox-not-healthy': {
    sentence:
      '{why, select, unhealthy {“{name}”不健康：它的检查失败。} no-check {“{name}”没有健康检查，因此永远不会变为健康。} other {“{name}”没有运行，因此永远不会变为健康。}}',
    why: '{why, select, ended {显示它的输出。} other {显示它的检查。}}',
  },
  'init-not-there': '此安装没有适用于这种处理器的沙箱 1 号进程。请去掉 --init。',
  'resource-not-here': '本机内核不支持 {option}：它的 cgroup 没有所需的 {controller}。',
  'resource-refused': '本机内核不接受 {option} {value}。',
  'processors-not-there': '--cpuset-cpus {wanted}：本机的处理器是 {there}。',
  'rate-not-of-disk': '“{path}”不是本机的磁盘，因此没有可读写的内容。',
  'swap-needs-memory': '内存与交换空间的总限制需要一个不高于它的内存限制。请同时给出 --memory。',
  'name-needs-network': '没有网络时不能加入“{network}”。请使用“nat”，或去掉网络名称。',
  'not-a-tree': '“{ref}”不是文件树的名称。',
  'ports-need-network': '没有网络时不能发布端口。请使用“nat”，或去掉端口。',
  'removed-on-exit': '它停止后即被删除，因此不能重启。',
  'sandbox-ambiguous': {
    sentence: '“{ref}”匹配 {count} 个沙箱。请给出更多 ID 字符，或使用名称。',
    why: '显示所有沙箱。',
  },
  'sandbox-runs': {
    sentence: `“{name}”${sandboxIs}。请先停止它，或强制删除（joey rm -f）：其中运行的内容会立即结束。`,
    why: '先停止它。',
  },
  'too-many-layers': '“{name}”基于 {layers} 层，超过一次挂载能容纳的数量。请稍等它们合并，然后再试。',
  'user-unknown': '沙箱中没有用户“{who}”。请使用编号，或其 /etc/passwd 中的名称。',
  'state-forbids': {
    sentence: `{verb, select, edited {“{name}”${sandboxIs}，因此不能更改其中的内容。请先让它继续运行。} other {“{name}”${sandboxIs}，因此不能{verb, select, started {启动} stopped {停止} paused {暂停} resumed {继续运行} signalled {发送信号} changed {更改} entered {进入} kept {保存为快照} other {{verb}}}。}}`,
    why: '{state, select, paused {让它继续运行。} other {启动它。}}',
  },
  'sandbox-removed': '{during, select, run {沙箱在运行结束之前被删除。} other {沙箱在此期间被删除。}}',
  'sandbox-not-found': { sentence: '没有沙箱“{ref}”。', why: '显示所有沙箱。' },
  'sandbox-name-taken': {
    sentence:
      '{other, select, = {已有名为“{name}”的沙箱。请换一个名称。} other {已有名为“{other}”的沙箱，而在网络上大小写视为相同。请换一个与“{name}”不同的名称。}}',
    why: '显示已使用的名称。',
  },
  'time-zone-unknown': '没有时区“{zone}”。请写成 Europe/Berlin 这样的形式，或写“local”表示本机的时区。',
  'time-zone-without-rules': '镜像和本机都不知道“{zone}”的时间规则。请在其中之一安装 tzdata 软件包。',
  'sysctl-refused-inside':
    '设置 {name} 被拒绝：{why, select, global {它属于整台机器。沙箱自己拥有 net.*、kernel.msgmax、kernel.msgmnb、kernel.msgmni、kernel.sem、kernel.shmall、kernel.shmmax、kernel.shmmni、kernel.shm_rmid_forced 和 fs.mqueue.*。} hostNetwork {沙箱使用本机的网络，因此它会成为本机的设置。} gvisor {gVisor 这个内核没有设置。请选择另一个类。} other {本机的内核没有这样的设置。}}',
  'sysctl-not-taken': '内核不接受用 --sysctl 请求的某个设置：没有这个名称，或不接受这个值。',
  'sandbox-not-running': {
    sentence:
      '{state, select, = {“{name}”没有运行，因此没有使用任何资源。} creating {“{name}”正在创建。} created {“{name}”尚未启动。} starting {“{name}”正在启动。} running {“{name}”正在运行。} paused {“{name}”已暂停。} stopping {“{name}”正在停止。} stopped {“{name}”已停止。} changing {“{name}”正在更改级别。} removing {“{name}”正在删除。} other {“{name}”的状态是 {state}。}}',
    why: '启动它。',
  },
  'class-not-available': {
    sentence: '本机现在不提供级别“{class}”{explanation, select, = {。请换一个级别。} other {：{explanation}}}',
    why: '显示每个级别缺少什么。',
  },
  'class-change-not-possible': {
    sentence: '无法把“{name}”改为级别“{class}”。{problems}',
    why: '显示各级别在本机能做什么。',
  },
  'change-needs-restart': {
    sentence: '“{name}”正在运行，只有停止并重新启动才能换用另一个镜像。请加上 --restart，或先停止它。',
    why: '先停止它。',
  },
  'change-not-started': {
    sentence:
      '“{name}”更改后没有启动成功，因此没有更改任何内容{runs, select, yes {，它照旧运行} no {；它已停止}}。{problem}',
    why: '显示它的输出。',
  },
} as const satisfies Translated<typeof english.sandboxReasons>
