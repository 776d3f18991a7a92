import type * as english from '../../../sentences/interference.ts'
import type { Translated } from '../../define.ts'

export const interferenceSentences = {
  'interference-cpu': '{victim} 有 {waited} % 的时间在等待处理器，同时 {culprit} 占用了所用处理器时间的 {used} %。',
  'interference-memory': '{victim} 有 {waited} % 的时间在等待内存，同时 {culprit} 占用了沙箱所用内存的 {used} %。',
  'interference-io': '{victim} 有 {waited} % 的时间在等待磁盘，同时 {culprit} 占用了读写量的 {used} %。',
  'calm-cpu': '把 {name} 限制为 {cores} 个核心，使其他沙箱得到所需的资源。',
  'calm-memory': '把 {name} 的内存限制为 {mebibytes} MiB，大约是它现在的用量，使它不再占用其他沙箱的内存。',
} as const satisfies Translated<typeof english.interferenceSentences>
