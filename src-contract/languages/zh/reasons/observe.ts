import type * as english from '../../../reasons/observe.ts'
import type { Translated } from '../../define.ts'
import { sandboxIs } from '../sandbox-is.ts'

export const observeReasons = {
  'span-ends-before-it-begins': '时间段的结束早于它的开始。',
  'node-unknown': '图中现在没有这个节点。它可能已经结束；请重新查看图。',
  'self-test-meddled-with':
    '“{name}”中自检的回答并非全部出自它自己：沙箱中有东西在干扰。请不要相信它报告的任何内容，重启沙箱后再检查一次。',
  'self-test-needs-running': {
    sentence: `“{name}”${sandboxIs}。只有运行中的沙箱才能从内部检查。`,
    why: '{state, select, paused {让它继续运行。} other {启动它。}}',
  },
  'self-test-program-missing': '这个沙箱中没有自检程序。请重启沙箱，然后再检查。',
  'self-test-silent':
    '“{name}”中的自检还没有输出任何内容就被结束了。请再检查一次；如果再次发生，说明沙箱中有东西在结束它。',
} as const satisfies Translated<typeof english.observeReasons>
