import type * as english from '../../../reasons/snapshot.ts'
import type { Translated } from '../../define.ts'

export const snapshotReasons = {
  'damaged-state': {
    sentence: '快照“{name}”的内存已损坏，因此没有从它启动任何内容。{why}它的磁盘仍可恢复。',
    why: '显示损坏的内容。',
  },
  'fork-name-too-long': '“{name}”不能作为沙箱名称，名称最多 63 个字符。请选择较短的名称。',
  'fork-of-what': '请说明要派生哪个快照或哪个沙箱。',
  'live-connections-lingering':
    'gVisor 可能仍保留着刚关闭的网络连接，保存内存时会直接结束。请在 {seconds} 秒后、没有新连接时再试，或只保存磁盘，或安装会自行断开连接的更新版 gVisor。',
  'live-connections-open':
    '有网络连接时，gVisor 保存内存会直接结束：{connections}。请关闭连接后再试，或只保存磁盘，或安装会自行断开连接的更新版 gVisor。',
  'live-fork-not-started': '不启动的派生沙箱中，运行的进程无法继续。请启动它们，或只派生磁盘。',
  'restore-not-possible': '无法把“{name}”恢复到“{snapshot}”。{problems}',
  'resume-failed': { sentence: '“{name}”为创建快照而停住，却无法继续运行。它现在已暂停。', why: '让它继续运行。' },
  'sandbox-of-snapshot-gone': '创建该快照的沙箱“{name}”已被删除。请派生快照，或说明要恢复哪个沙箱。',
  'snapshot-ambiguous': {
    sentence: '“{ref}”匹配 {count} 个快照：{matches}。请使用 SANDBOX@NAME 或 ID。',
    why: '显示所有快照。',
  },
  'snapshot-in-making': '快照“{name}”仍在创建。请等待完成，或取消创建。',
  'snapshot-in-use': '“{sandbox}”正在从快照“{name}”恢复。请等待完成。',
  'snapshot-name-taken': { sentence: '该沙箱已有名为“{name}”的快照。请换一个名称。', why: '显示已使用的名称。' },
  'snapshot-removed': '快照在此期间被删除。',
  'live-not-in-class': {
    sentence:
      '{doing, select, restore {级别“{class}”无法恢复内存。} other {{class, select, container {无法保存容器的内存和进程：这需要 CRIU，而它在本机不可用。请只为磁盘创建快照，或先把级别改为“gvisor”或“microvm”。} other {在本机的级别“{class}”中无法保存内存和进程。请只为磁盘创建快照。}}}}',
    why: '显示各级别在本机能做什么。',
  },
  'snapshot-not-found': { sentence: '没有快照“{ref}”。', why: '显示所有快照。' },
  'fork-not-possible': '{problem}',
  'no-space-for-snapshot': {
    sentence: '“{name}”的快照约需 {needed} MiB，可用 {free} MiB。请腾出空间，然后再试。',
    why: '删除保留规则不再保留的内容。',
  },
  'restored-not-started': { sentence: '“{name}”已恢复原状，但没有启动成功：{problem}', why: '再尝试启动一次。' },
} as const satisfies Translated<typeof english.snapshotReasons>
