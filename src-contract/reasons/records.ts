import { defineReasons } from './define.ts'

export const recordsReasons = defineReasons({
  'record-drop-unconfirmed': {
    code: 'invalidRequest',
    params: { record: 'text' },
    sentence:
      'To drop {record} cannot be taken back: what it was is lost, and the next start of the agent removes its files. Add --yes.',
  },
  'record-not-set-aside': {
    code: 'notFound',
    params: { record: 'text' },
    sentence: 'No record {record} is set aside.',
    remedy: { kind: 'runCommand', command: 'joey records ls', why: 'Lists those that are.' },
  },
})
