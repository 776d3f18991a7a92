import type { HelpTexts } from '../help-texts.ts'

export const watchingHelp: HelpTexts = {
  'What the main process wrote, over all its runs: to standard output and standard error. A pipe or a file gets each\nas it was; a terminal gets text and colours only, since other sequences could act on it.':
    '主进程在所有运行中写入标准输出和标准错误的内容。管道或文件得到\n原样内容；终端只得到文本和颜色，因为其他序列可能作用于终端。',
  'What the kernel of a micro-VM said, instead.': '改为显示微虚拟机内核的输出。',
  'Go on until the sandbox has ended.': '持续到沙箱结束。',
  'Only so many lines from the end.': '只显示末尾这么多行。',
  'Put the time before each line.': '在每行前加上时间。',
  'Give a terminal every sequence too, whatever it does there.': '把所有序列也发给终端，无论会产生什么效果。',
  'Only what is younger: 10m, or 2026-01-31T12:00:00Z.': '只显示更新的：10m 或 2026-01-31T12:00:00Z。',
  'Only what is older, written the same way.': '只显示更旧的，写法相同。',
  'Only lines with this text. --tail counts before that.': '只显示含有这段文本的行。--tail 在筛选之前计数。',
  'Shows the last 20 lines and what follows.': '显示最后 20 行及后续内容。',
  'Only its standard output of the last hour, with times.': '只显示最近一小时的标准输出，并附时间。',
  'Refreshed every second on a terminal; once where the output goes elsewhere, and with --json.\nWith --since what was used over time: of sandboxes, of a class, or of this machine where neither is named.\nEvery second is kept for 10 minutes, 10 seconds for 6 hours, a minute for 7 days.':
    '在终端上每秒刷新；输出到别处或用 --json 时只输出一次。\n用 --since 查看一段时间的用量：沙箱的、一个类别的，都不写则为本机的。\n每秒的数据保留 10 分钟，每 10 秒的保留 6 小时，每分钟的保留 7 天。',
  'From then on: 1h ago, or a moment.': '从那时起：1h 之前，或某个时刻。',
  'Up to then; otherwise now.': '到那时为止；不写则到现在。',
  'One line for so much time: 10s, 1m.': '每行代表多长时间：10s、1m。',
  'Of all sandboxes of a class together.': '一个类别的全部沙箱合计。',
  'What it used in the last hour, minute by minute.': '它最近一小时的用量，每分钟一行。',
  'The week of this machine, for a spreadsheet.': '本机一周的用量，供电子表格使用。',
  'Print once and end.': '输出一次后结束。',
  'Every running sandbox, until Ctrl-C.': '每个运行中的沙箱，直到 Ctrl-C。',
  'One sandbox, once.': '一个沙箱，一次。',
  'The first line is the state of everything, unless --since names an event that the agent still has, or a time. A filter is\ntype=TYPE (sandbox stands for sandbox.changed and sandbox.removed), sandbox=NAME|ID, image=NAME or reason=REASON.':
    '除非 --since 指明守护进程仍保留的事件或时间，第一行是全部状态。筛选条件是\ntype=TYPE（sandbox 表示 sandbox.changed 和 sandbox.removed）、sandbox=NAME|ID、image=NAME 或 reason=REASON。',
  'Begin after the event with this number, or at a time: 10m.': '从这个编号的事件之后开始，或从某个时间开始：10m。',
  'End there: 2026-01-31T12:00:00Z; of the past it does not wait.':
    '到此结束：2026-01-31T12:00:00Z；若是过去的时间则不等待。',
  'Only those with type=, sandbox=, image= or reason=.': '只显示符合 type=、sandbox=、image= 或 reason= 的。',
  'One line for each thing that happens.': '每件事一行。',
  'One JSON object a line, from event 42 on.': '从事件 42 起，每行一个 JSON 对象。',
  'What became of web in the last hour.': 'web 在最近一小时的情况。',
  'As in {{.Name}} {{.CPUPerc}}, table {{.ID}}\\t{{.PIDs}}, or json. With --since table or csv.':
    '例如 {{.Name}} {{.CPUPerc}}、table {{.ID}}\\t{{.PIDs}} 或 json。用 --since 时为 table 或 csv。',
  'Changes nothing: ids and names are always whole.': '不改变任何内容：ID 和名称总是完整的。',
  'Chooses what is shown, as in Docker.': '选择显示的内容，与 Docker 一样。',
  'As in {{.at}} {{.type}} {{.sandbox.name}}, or json.': '例如 {{.at}} {{.type}} {{.sandbox.name}}，或 json。',
}
