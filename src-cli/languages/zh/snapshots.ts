import type { HelpTexts } from '../help-texts.ts'

export const snapshotsHelp: HelpTexts = {
  'Keeps the disk of a sandbox as it is. It goes on as it was; the time that it was paused is printed.':
    '保存沙箱磁盘的现状。沙箱照旧运行；会输出它暂停的时间。',
  'A name for it. One is made up from the time otherwise.': '它的名称。否则以时间命名。',
  'A note for people.': '给人看的备注。',
  'A label.': '标签。',
  'With memory and processes, in the classes that can.': '在支持的级别中含内存和进程。',
  'Keeps the disk under a name.': '以名称保存磁盘。',
  'Keeps what runs in it too.': '也保存其中运行的内容。',
  'Only ids.': '只输出 ID。',
  'The snapshots of one sandbox, the oldest first.': '一个沙箱的快照，从旧到新。',
  'What was made from what: snapshots, and sandboxes (*) below the snapshot that their disk stands on.':
    '什么由什么创建：快照，以及列在其磁盘所基于的快照之下的沙箱（*）。',
  'Everything.': '全部内容。',
  'From A to B: A added, C changed, D deleted. Each is a snapshot or a sandbox (as it is now). Without B: to what the\nsandbox of A is now.':
    '从 A 到 B：A 表示添加，C 表示更改，D 表示删除。每个都是快照或沙箱（现状）。不给出 B 则与\nA 的沙箱的现状比较。',
  'The difference of one text file, line by line.': '一个文本文件的逐行差异。',
  'Packages that were added, removed or changed.': '添加、删除或更改的软件包。',
  'Configuration, limits and policy.': '配置、限制和策略。',
  'Between two snapshots.': '两个快照之间。',
  'Packages that came and went since.': '此后增减的软件包。',
  'Puts the sandbox back to where it was. What is in it now is kept as a snapshot first. With memory, it goes on from there;\nwithout, it is stopped, and started again if it ran.':
    '把沙箱恢复到原来的样子。现有内容先保存为快照。含内存时从那里继续；\n不含内存时会停止，如果原来在运行则重新启动。',
  'Only show what would be lost and changed.': '只显示会丢失和改变什么。',
  'Leave out the memory of a live snapshot.': '略去实时快照的内存。',
  'Do not keep what is in it now. It is lost then.': '不保存现有内容。它会丢失。',
  'Another sandbox of the same image than the one it was taken of.': '与原沙箱使用同一镜像的另一个沙箱。',
  'Puts web back.': '恢复 web。',
  'Shows what that would lose.': '显示那样会丢失什么。',
  'Makes new sandboxes from a snapshot, or from a sandbox as it is now. Each has its own name, hostname, machine id,\naddresses and random state; open connections are dropped.':
    '从快照或沙箱的现状创建新沙箱。每个都有自己的名称、主机名、机器 ID、\n地址和随机状态；打开的连接会断开。',
  'How many; 1 otherwise.': '数量；默认 1。',
  'Names are PREFIX-1 and so on. With one, PREFIX itself.': '名称为 PREFIX-1 等。只有一个时为 PREFIX 本身。',
  'Running processes go on in each. The default where that can be done.':
    '运行中的进程在每个派生沙箱中继续。可行时为默认。',
  'Start anew on the same disk.': '以同样的磁盘重新启动。',
  'Another isolation class than the parent.': '与原沙箱不同的隔离级别。',
  'Leave them stopped.': '让它们保持停止。',
  'Makes try-1 to try-5 from web as it is now.': '从 web 的现状创建 try-1 到 try-5。',
  'One sandbox from a snapshot.': '从快照创建一个沙箱。',
  'What was made from a snapshot stays as it is. What only the snapshot needs is freed.':
    '由快照创建的内容保持不变。只有该快照需要的内容会释放。',
  'Removes one.': '删除一个。',
  'Removes snapshots that Joey made and that the rules of keeping no longer keep. Those you made stay.':
    '删除由 Joey 创建且保留规则不再保留的快照。您自己创建的保留。',
  'What the rules would remove, and what else takes room.': '规则会删除什么，还有什么占用空间。',
  'Reads layers and saved memory again and compares them with their checksums. All of them without a name.':
    '重新读取层和保存的内存，并与校验和比较。不给出名称则为全部。',
  'Checks every snapshot; the exit code is 1 where one is damaged.': '检查每个快照；有损坏时退出码为 1。',
  'When Joey makes snapshots of a sandbox by itself, and how many of these it keeps. Without options it shows the schedule;\noptions replace it whole.':
    'Joey 何时自动为沙箱创建快照，以及保留多少个。没有选项时显示计划；\n给出选项则整体替换计划。',
  'So often, as in 30m or 6h.': '每隔多久，例如 30m 或 6h。',
  'Before it is stopped.': '在停止之前。',
  'Once it has been idle for so long.': '空闲这么久之后。',
  'With memory, where the class can.': '在支持的级别中含内存。',
  'Keep the last N; 5 otherwise.': '保留最近 N 个；默认 5。',
  'Keep the newest of each of the last N hours that have one.': '最近 N 个有快照的小时，各保留最新的一个。',
  'Keep the newest of each of the last N days that have one.': '最近 N 个有快照的日子，各保留最新的一个。',
  'No schedule any more. Snapshots stay.': '不再按计划。快照保留。',
  'A day by the hour, a week by the day.': '按小时保留一天，按天保留一周。',
  'Turns it off.': '关闭计划。',
}
