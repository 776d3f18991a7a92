import type * as english from '../../../sentences/change-plan.ts'
import type { Translated } from '../../define.ts'

export const changePlanSentences = {
  'lost-shared-network': '与网络“{network}”上其他沙箱的连接',
  'change-keeps-connections': '通过不再发布的端口打开的连接会保持到它们结束。',
  'change-image-below':
    '其中写入的内容保留，并遮盖新镜像中同一位置的内容。它更改或删除过的旧镜像程序可能与新镜像不兼容。',
} as const satisfies Translated<typeof english.changePlanSentences>
