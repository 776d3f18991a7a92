import type * as english from '../../../reasons/agent.ts'
import type { Translated } from '../../define.ts'

export const agentReasons = {
  'agent-already-running': {
    sentence: '已有另一个守护进程在使用这个状态目录。请先停止它，或选择另一个 JOEY_HOME。',
    why: '停止正在运行的那个。',
  },
  'agent-does-not-stop': '已要求守护进程（pid {pid}）停止，但 {seconds} 秒后它仍在运行。',
  'agent-not-built': '守护进程尚未构建。请先在 Joey 的目录中运行 npm start 或 npm test。',
  'caller-refused':
    '{why, select, sandbox {沙箱中的程序不得与守护进程通信。} namespace {拥有独立进程命名空间的程序（例如容器中的程序）不得与守护进程通信。} other {连接守护进程的一方已经找不到，因此被拒绝。}}',
  'folder-not-own': {
    sentence:
      '目录 {path} 属于账户 {owner}，而 Joey 以 {uid} 运行：目录的所有者可以替换其中的内容。请选择另一个 JOEY_HOME。',
    why: '显示它属于谁。',
  },
  'folder-open-to-others': {
    sentence: '其他账户可以写入目录 {path}，因此别人可以替换其中的内容。请选择另一个 JOEY_HOME。',
    why: '取消其他账户的写入权限。',
  },
  'home-not-absolute': 'JOEY_HOME 必须是绝对路径，现在是“{home}”。',
  'home-not-usable': '状态目录的路径只能包含字母、数字和 . _ @ + -。请选择另一个 JOEY_HOME。',
  'home-not-writable': {
    sentence: '无法写入状态目录 {home}。请用 JOEY_HOME 选择另一个。',
    why: '显示沿途每个目录的所有者和权限。',
  },
  'home-too-long': '状态目录的路径对其中的套接字来说长了 {over} 个字符。请选择较短的 JOEY_HOME。',
  'install-needs-root': { sentence: '只有 root 能更改的安装必须由 root 来做。', why: '这样安装' },
  'owner-not-valid': '本机没有账户“{text}”。--owner 需要编号或名称：--owner "$UID"',
  'group-not-known': '本机没有用户组“{group}”。',
  'program-open-to-others': {
    sentence:
      '守护进程运行所用的文件可以被 root 以外的人更改：{path}。请选择属于 root 的 JOEY_HOME，或把 Joey 安装到只有 root 能更改的位置。',
    why: '这样安装。',
  },
  'records-damaged':
    '{file} 中的记录已损坏。沙箱写入的内容仍在状态目录中，没有删除任何内容。请放回记录的副本，或选择另一个 JOEY_HOME。',
  'records-gone':
    '{file} 中的记录已丢失，但 {folder} 不是空的（{count}）。没有删除任何内容。请放回记录的副本，或移走 sandboxes、layers 和 volumes 目录以重新开始。',
  'state-too-new': '状态目录由更新版本的 Joey 写入。请更新 Joey，或选择另一个 JOEY_HOME。',
  'task-id-taken': '已有使用这个 ID 的任务。',
  'task-not-found': '这项工作已经不在进行。',
} as const satisfies Translated<typeof english.agentReasons>
