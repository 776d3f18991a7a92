import type * as english from '../../../reasons/storage.ts'
import type { Translated } from '../../define.ts'

export const storageReasons = {
  'disk-damaged': '沙箱的磁盘已损坏，因此保持原样。请以现在的级别启动沙箱，复制出需要的内容。',
  'disk-unsupported': '沙箱的磁盘使用了 Joey 不读取的 ext4 特性，因此保持原样。请让沙箱保持现在的级别。',
  'disk-limit-below-use': '沙箱写入的内容超过 {wanted} MiB 的磁盘能容纳的数量。请选择更高的限制，或删除一些文件。',
  'disk-limit-at-rest': '“{name}”运行时，磁盘限制只能提高。请先停止它。',
  'disk-limit-not-lower': '微虚拟机“{name}”的磁盘有 {mebibytes} MiB，不能缩小。请选择更高的限制，或不设限制。',
  'disk-in-use': '沙箱的磁盘仍在使用，例如正在搜索其中的文件。请稍后再试。',
  'file-not-convertible': '沙箱的磁盘因 {path} 无法转换：{why}请在沙箱中删除该文件，然后再试。',
  'file-not-kept': '无法保存文件 {path}：{why}请在沙箱中删除或重命名它，然后再试。',
  'folder-too-large': '有目录包含的名称超过 {limit} 个，Joey 不列出它。',
  'layer-exists': '已有层 {layer}。',
  'layer-source-gone': '要保存的内容已不存在，因此没有创建快照。',
  'no-space-for-layer': {
    sentence: '这需要 {needed} MiB，而 Joey 保存状态的位置可用 {free} MiB。请腾出空间，然后再试。',
    why: '删除保留规则不再保留的内容。',
  },
  'no-space-to-convert': {
    sentence: '转换磁盘临时需要 {needed} MiB，而 Joey 保存状态的位置可用 {free} MiB。请腾出空间，然后再试。',
    why: '删除保留规则不再保留的内容。',
  },
  'no-such-layer': '没有层 {layer}。',
  'tree-moved': '文件刚被别的操作（例如快照）移动。请再试一次。',
  'tree-too-deep': '{path} 下的目录嵌套深度超过一个路径能表示的范围。请在沙箱中删除它们，然后再试。',
  'damaged-layer': {
    sentence:
      '{what, select, chain {它所基于的某一层在本机磁盘上已损坏，因此无法从它启动。请使用另一个快照，并检查这个磁盘。} other {层 {layer} 在本机磁盘上已损坏，因此无法从它启动。{why, select, = {} other {{why}}}请使用另一个快照，并检查这个磁盘。}}',
    why: '显示哪些文件已损坏。',
  },
} as const satisfies Translated<typeof english.storageReasons>
