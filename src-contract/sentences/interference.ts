import { defineSentences } from '../reasons/define.ts'

const who = { victim: 'text', waited: 'number', culprit: 'text', used: 'number' } as const

/** Who disturbs whom, in percent, and the limit that would calm it. */
export const interferenceSentences = defineSentences({
  'interference-cpu': {
    params: who,
    sentence:
      '{victim} waited for a processor {waited} % of the time, while {culprit} had {used} % of the processor time in use.',
  },
  'interference-memory': {
    params: who,
    sentence:
      '{victim} waited for memory {waited} % of the time, while {culprit} had {used} % of the memory that sandboxes hold.',
  },
  'interference-io': {
    params: who,
    sentence:
      '{victim} waited for disks {waited} % of the time, while {culprit} had {used} % of what was read and written.',
  },
  'calm-cpu': {
    params: { name: 'text', cores: 'number' },
    sentence: 'Limit {name} to {cores} cores, so that the others get what they ask for.',
  },
  'calm-memory': {
    params: { name: 'text', mebibytes: 'number' },
    sentence:
      'Limit the memory of {name} to {mebibytes} MiB, about what it has now, so that it takes no more from the others.',
  },
})
