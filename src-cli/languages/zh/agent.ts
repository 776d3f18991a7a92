import type { HelpTexts } from '../help-texts.ts'

export const agentHelp: HelpTexts = {
  'Needs root. Where an agent runs already, that one is kept, and lets the accounts of --owner and --group use it too.':
    '需要 root。已有守护进程运行时保留它，并允许 --owner 和 --group 的账户也使用它。',
  'Let this account use the agent too, by its number or name; again for each. It is as good as root then.':
    '也允许这个账户使用守护进程，写编号或名称；每个账户写一次。它由此等同于 root。',
  'The same for each account that is in the group now.': '对当前在该用户组中的每个账户也是如此。',
  'Stay until the agent ends, as a service manager wants it.': '一直等到守护进程结束，供服务管理器使用。',
  'Returns when the agent answers.': '守护进程响应后返回。',
  'An agent that you can use without root.': '不用 root 就能使用的守护进程。',
  'What becomes of those that run; keep if not given.': '运行中的沙箱怎么办；默认 keep。',
  'Sandboxes run on; the next agent takes them over.': '沙箱继续运行；下一个守护进程会接管它们。',
  'Stops every sandbox first.': '先停止每个沙箱。',
  'Exits with 0 when it runs and 3 when it does not.': '运行时以 0 退出，不运行时以 3 退出。',
  'With pid, version, socket and home.': '附 pid、版本、套接字和状态目录。',
  'Copies agent, command line, their Node and what they need into a folder that only root can change, one for each\nversion and content, and writes a unit for systemd. Nothing is started and no running agent is changed. Needs root.':
    '把守护进程、命令行、它们的 Node 和所需内容复制到只有 root 能更改的目录，每个版本和内容各一个，\n并写入 systemd 单元。不启动任何内容，也不更改运行中的守护进程。需要 root。',
  'Where to; /usr/lib/joey if not given.': '安装到哪里；默认 /usr/lib/joey。',
  'Where the unit goes; /etc/systemd/system if not given.': '单元写到哪里；默认 /etc/systemd/system。',
  'An account that the service lets use the agent too, by its number or name; again for each.':
    '服务也允许使用守护进程的账户，写编号或名称；每个账户写一次。',
  'A group whose members the service lets use the agent too.': '服务也允许其成员使用守护进程的用户组。',
  'Then: systemctl daemon-reload; systemctl enable --now joeyd':
    '然后：systemctl daemon-reload; systemctl enable --now joeyd',
  'Without an operand it shows them. Names:\n  defaultClass\n  selfTestAfterChange\n  selfTestEveryHours\n  patchGvisorToSave\n  defaultMemoryPercent\n  defaultDiskBytes\n  pauseDiskWriters\n  totalMemoryPercent\n  microvmKernel\n  searchRegistry\n  imageAliases\n  insecureRegistries\n  registryHosts\n  registryCertificates\n  registryProxy':
    '没有参数时显示设置。名称：\n  defaultClass\n  selfTestAfterChange\n  selfTestEveryHours\n  patchGvisorToSave\n  defaultMemoryPercent\n  defaultDiskBytes\n  pauseDiskWriters\n  totalMemoryPercent\n  microvmKernel\n  searchRegistry\n  imageAliases\n  insecureRegistries\n  registryHosts\n  registryCertificates\n  registryProxy',
  'New sandboxes are of that class unless an option names another.': '新沙箱为该级别，除非选项指明另一个。',
  'Checks every running sandbox once a day; "never" ends it.': '每天检查一次每个运行中的沙箱；“never”结束它。',
  'Works without the agent too, with what can be seen from here. Exits with 1 when there is a problem.\nWith --fix it says for each finding that Joey can mend, or for those that are named as in --json, what would be done, and\nasks. Things of Joey that no record explains are listed one by one first; what belongs to the agent of another folder is\nnever among them.':
    '没有守护进程也能工作，只用从这里能看到的内容。有问题时以 1 退出。\n加 --fix 时，对 Joey 能修复的每项检查结果（或按 --json 中的名称指定的结果）说明会做什么，\n并先询问。没有记录能解释的 Joey 残留会先逐一列出；属于其他目录的守护进程的内容\n绝不在其中。',
  'Mend what can be mended; asks before each.': '修复能修复的内容；每项之前都会询问。',
  'With --fix: do not ask.': '与 --fix 一起：不询问。',
  'Write a support bundle (.tar.gz), without secrets.': '写出支持包（.tar.gz），不含机密。',
  'Mends what can be mended, one after the other, after a yes.': '逐项修复能修复的内容，回答 yes 后才做。',
  'Removes what no record explains, without a question.': '不询问，删除没有记录能解释的内容。',
  'What somebody needs to help: look into it before you send it.': '供他人提供帮助所需的内容：发送前请先查看。',
  'Findings with remedies, and which isolation classes this host offers.':
    '检查结果和补救办法，以及本机提供哪些隔离级别。',
  'Measures what is kept on the disk. What several images or snapshots have counts once, and is in SHARED. RECLAIMABLE is what\nwould be free if all that nothing uses were removed, by the command beside it.':
    '测量磁盘上保存的内容。多个镜像或快照共有的只计一次，列在 SHARED。RECLAIMABLE 是\n用旁边的命令删除没有使用者的全部内容后会释放的空间。',
  'Images, snapshots, disks of sandboxes, volumes, logs.': '镜像、快照、沙箱的磁盘、卷、日志。',
  'Each start of the agent tries them again, so that a later version of Joey takes up what it can read.':
    '守护进程每次启动都会重试，使更新版本的 Joey 能接管它可读取的内容。',
  'What each is of, since when, and why it cannot be read.': '每条记录属于什么，从何时起，为什么无法读取。',
  'What it was is lost, and the next start of the agent removes its files.':
    '它的内容会丢失，守护进程下次启动时会删除它的文件。',
  'Do it: it cannot be taken back.': '执行：无法撤销。',
  'An id as "joey records ls" lists it.': '“joey records ls”列出的 ID。',
  'For scripts; "agent" is null when none runs.': '供脚本使用；没有守护进程运行时“agent”为 null。',
  'Commands, options, and the names of the sandboxes, images and snapshots that are there at that moment.':
    '命令、选项，以及当时的沙箱、镜像和快照的名称。',
  'In this shell; for all of them in ~/.bashrc.': '在这个 shell 中；要用于所有 shell 则写入 ~/.bashrc。',
  'For fish.': '用于 fish。',
}
