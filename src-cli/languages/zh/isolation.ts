import type { HelpTexts } from '../help-texts.ts'

export const isolationHelp: HelpTexts = {
  'What each isolation class costs on this machine, and what will not work in it. "?" has not been measured here yet:\nit is as sandboxes of the class run, or with --measure.':
    '每个隔离级别在本机的开销，以及其中什么不可用。“?”表示尚未在这里测量：\n该级别的沙箱运行时或用 --measure 时测量。',
  'Run a small sandbox of each class first, and measure it.': '先以每个级别运行一个小沙箱并测量。',
  'The three classes, weakest first.': '三个级别，从弱到强。',
  'The class is container, gvisor or microvm. Disk, name, ports, mounts and limits stay; a running sandbox is stopped and\nstarted again. Where it does not come up in the new class it goes back to the old one, and the exit code is 1.':
    '级别是 container、gvisor 或 microvm。磁盘、名称、端口、挂载和限制保留；运行中的沙箱会停止\n并重新启动。如果没有以新级别启动成功，会恢复原级别，退出码为 1。',
  'Puts an application kernel around it.': '在它外面套上应用内核。',
  'Shows the plan: what is lost, what stays, how long.': '显示计划：丢失什么，保留什么，需要多久。',
  'Facts are read from the running system, not from the configuration. Without a sandbox: all of them.\n--blast lists what is within reach if the sandbox is taken over, by which path, and what would cut it.':
    '事实从运行中的系统读取，而不是从配置读取。不给出沙箱则为全部。\n--blast 列出沙箱被攻陷时可触及的内容、经过的路径，以及什么能切断它。',
  'Print the graph as an SVG picture.': '以 SVG 图片输出图。',
  'Print what a takeover would reach.': '输出被攻陷时会触及什么。',
  'Say where each fact was read.': '说明每个事实从哪里读取。',
  'Its score with the derivation, its facts, what it shares.': '它的评分及由来、事实，以及共享的内容。',
  'The graph of everything.': '全部内容的图。',
  'What could be reached from it.': '从它可以触及什么。',
  'Tries from inside what a sandbox should not be able to do. Exits with 1 when a probe failed.':
    '从内部尝试沙箱不该做到的事。有探测项失败时以 1 退出。',
  'Show the probes that passed too.': '也显示通过的探测项。',
  'Show the latest report instead of checking again.': '显示最近的报告，而不是重新检查。',
  'Checks now, and shows what failed.': '现在检查，并显示失败的。',
  'The latest report, whole.': '最近的完整报告。',
  'Gives a sandbox what is refused by default, from its next start on:\nhost-path:/PATH[:ro|:rw], cap:NAME, host-network, device:/dev/NAME, no-seccomp, new-privileges.\nWithout a grant it lists those that it has.':
    '从下次启动起授予沙箱默认拒绝的内容：\nhost-path:/PATH[:ro|:rw]、cap:NAME、host-network、device:/dev/NAME、no-seccomp、new-privileges。\n不给出授权则列出它已有的授权。',
  'Shows /etc of this machine inside, at /host/etc.': '在内部的 /host/etc 显示本机的 /etc。',
  'Lists what it was given.': '列出它获得的授权。',
  'Takes grants back, from its next start on; all of them with --all.': '从下次启动起收回授权；用 --all 收回全部。',
  'Take back every grant.': '收回每项授权。',
  'After a restart it no longer has the capability.': '重启之后它不再有这项能力。',
}
