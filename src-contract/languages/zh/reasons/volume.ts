import type * as english from '../../../reasons/volume.ts'
import type { Translated } from '../../define.ts'

export const volumeReasons = {
  'volume-not-found': { sentence: '没有卷“{name}”。', why: '列出所有卷。' },
  'volume-in-use': {
    sentence: '卷“{name}”正被 {users} 使用，因此保留。请先删除使用它的沙箱。',
    why: '删除使用它的沙箱；卷中的内容保留。',
  },
  'volume-exists': { sentence: '已有卷“{name}”，但标签不同。请换一个名称，或直接使用它。', why: '显示现有的卷。' },
  'volume-name-reserved': '“{name}”是 Joey 给沙箱专属卷使用的名称形式。请换一个名称。',
  'volume-busy': {
    sentence: '正在运行的 {users} 会写入卷“{name}”。请先停止它，使读取的内容属于同一时刻。',
    why: '停止使用它的沙箱。',
  },
  'volume-not-empty': '卷“{name}”中有文件。请说明可以替换它们，或选择另一个卷。',
  'volume-import-in-use': '卷“{name}”正被 {users} 使用，因此保持原样。请导入到另一个卷，或删除使用它的沙箱。',
  'volume-archive-refused':
    '归档被拒绝，{of, select, volume {卷} other {沙箱}}保持原样：{what, select, path {其中的路径指向别处：{path}。} kind {其中有未知类型的内容：{path}。} behind {其中有内容位于链接之后：{path}。} numbers {其中有数值不可能的内容：{path}。} link {其中的链接没有指向任何内容，或指向别处：{path}。} other {其中有太大的属性：{path}。}}',
  'volume-archive-too-large':
    '{what, select, bytes {归档解包后超过可用空间，因此{of, select, volume {卷} other {沙箱}}保持原样。请先腾出空间。} other {归档的文件数超过可用空间，因此{of, select, volume {卷} other {沙箱}}保持原样。}}',
} as const satisfies Translated<typeof english.volumeReasons>
