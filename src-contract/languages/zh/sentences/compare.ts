import type * as english from '../../../sentences/compare.ts'
import type { Translated } from '../../define.ts'

export const compareSentences = {
  'text-too-different': '两者差异太大，无法逐行显示。',
  'text-no-file': '它在两边并不都是普通文件。',
  'text-too-large': '文件超过 {mebibytes} MiB。',
  'text-is-binary': '文件不是文本。',
  'text-not-utf8': '文件不是 UTF-8 文本。',
  'packages-too-many': '文件树中的软件包超过 {limit} 个，其余的略去。',
  'packages-many-folders': '文件树的目录太多，可能缺少 pip 和 npm 的软件包。',
  'packages-record-too-large': '{manager} 的记录太大，没有读取。',
  'packages-rpm-older': 'rpm 的记录是旧格式（Berkeley DB 或 NDB），没有读取。',
  'packages-rpm-damaged': 'rpm 的记录已损坏或太大，没有读取。',
} as const satisfies Translated<typeof english.compareSentences>
