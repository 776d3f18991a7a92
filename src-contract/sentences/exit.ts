import { defineSentences } from '../reasons/define.ts'

/** How a run ended. A program that never ran has its own reason among the failures. */
export const exitSentences = defineSentences({
  'exit-code': {
    params: { code: 'number' },
    sentence: '{code, plural, =0 {Ended without an error.} other {Ended with exit code {code}.}}',
  },
  'exit-signal': {
    params: { by: ['stop', 'other'], signal: 'text?', number: 'number' },
    sentence:
      '{by, select, stop {Stopped by {signal, select, = {number {number}} other {{signal}}}.} other {Ended by signal {signal, select, = {number {number}} other {{signal}}}.}}',
  },
  'exit-out-of-memory': {
    params: { limit: 'text?' },
    sentence:
      'Ran out of memory ({limit, select, = {the memory of this machine} other {limit {limit}}}): the kernel killed it. Give it more, or look for a leak.',
  },
  'exit-out-of-processes': {
    params: { limit: 'text?' },
    sentence:
      'Ran out of processes (limit {limit, select, = {of this machine} other {{limit}}}), which ends a sandbox of this class. Allow it more, or look for a flood.',
  },
  'exit-monitor-lost': {
    sentence: 'Its monitor was killed, so nobody saw how it ended, and the end of its log may be missing.',
  },
  'exit-agent-died-starting': { sentence: 'The agent died while it was starting it.' },
  'exit-unwatched': {
    sentence: 'It ended while nobody watched: the machine was restarted, or its monitor was killed.',
  },
  'exit-not-started': {
    params: { after: ['start', 'restore', 'takenBack', 'class'], class: 'text?', why: 'sentence' },
    sentence: `{after, select,
      start {Did not start}
      restore {Was put back to where it was, but did not start}
      takenBack {Did not start again after a restore that was taken back}
      class {Did not start again in the class "{class}"}
    }: {why}`,
  },
  'exit-while-saving': {
    sentence:
      'It ended while its memory was being saved, and could not be let go on. Its disk is whole; start it again.',
  },
})
