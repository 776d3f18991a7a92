import type { Copy } from '../copy-shape.ts'
import type { forks as english } from '../en/forks.ts'

export const forks = {
  title: '并排显示派生沙箱',
  back: '返回列表',
  broadcast: '输入到全部',
  broadcastText: '在一个终端中输入的内容会进入所有终端。',
  compare: '标出差异',
  same: '显示的内容都相同',
  differing_other: '{{count}} 个不同',
  split: '没有多数：全部标出',
  paneSame: '与其他相同',
  paneDiffers_other: '{{count}} 行不同',
  open: '打开 {{name}}',
  none: '没有打开的终端。',
  gone: '这个沙箱已不存在。',
  notRunning: '它没有运行。',
  start: '启动 {{name}}',
  again: '打开终端',
  empty: { title: '这里没有派生沙箱', text: '这些沙箱不存在，或已不存在。' },
} as const satisfies Copy<typeof english>
