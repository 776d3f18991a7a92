import { defineReasons } from './define.ts'

export const observeReasons = defineReasons({
  'span-ends-before-it-begins': {
    code: 'invalidRequest',
    sentence: 'The span ends before it begins.',
  },
  'node-unknown': {
    code: 'notFound',
    params: { node: 'text' },
    sentence: 'There is no such node in the graph now. It may have ended; look at the graph again.',
  },
  'self-test-meddled-with': {
    code: 'engine',
    params: { name: 'text' },
    sentence:
      'The answers of the self-test in "{name}" are not all its own: something in the sandbox meddles with it. Trust nothing that it reports, restart the sandbox, and check it again.',
  },
  'self-test-needs-running': {
    code: 'conflict',
    params: { name: 'text', state: 'text' },
    sentence: '"{name}" is {state}. Only a running sandbox can be checked from inside.',
    remedy: {
      kind: 'runCommand',
      command:
        '{state, select, paused {joey resume {name}} stopped {joey start {name}} created {joey start {name}} other {}}',
      why: '{state, select, paused {Lets it go on.} other {Starts it.}}',
    },
  },
  'self-test-program-missing': {
    code: 'unavailable',
    sentence: 'The program of the self-test is not in this sandbox. Restart the sandbox, then check it again.',
  },
  'self-test-silent': {
    code: 'engine',
    params: { name: 'text' },
    sentence:
      'The self-test was ended in "{name}" before it could say anything. Check it again; if that repeats, something in the sandbox ends it.',
    remedy: { kind: 'retry' },
  },
})
