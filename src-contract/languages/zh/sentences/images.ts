import type * as english from '../../../sentences/images.ts'
import type { Translated } from '../../define.ts'

export const imageSentences = {
  'description-not-json': '它不是 JSON',
  'description-field':
    '{field, select, = {} other {{field}：}}{fault, select, nul {镜像中的文本不能含有 NUL} digest {只支持 sha256 摘要} form {{words}}}',
} as const satisfies Translated<typeof english.imageSentences>
