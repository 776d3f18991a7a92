import type * as english from '../../../reasons/records.ts'
import type { Translated } from '../../define.ts'

export const recordsReasons = {
  'record-drop-unconfirmed': '丢弃 {record} 无法撤销：它的内容会丢失，守护进程下次启动时会删除它的文件。请加上 --yes。',
  'record-not-set-aside': { sentence: '没有被搁置的记录 {record}。', why: '列出被搁置的记录。' },
} as const satisfies Translated<typeof english.recordsReasons>
