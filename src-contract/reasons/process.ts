import { defineReasons } from './define.ts'

export const processReasons = defineReasons({
  'acknowledged-too-much': {
    code: 'invalidRequest',
    sentence: 'More bytes were acknowledged than were sent.',
  },
  'attach-runs-nothing': {
    code: 'invalidRequest',
    sentence: 'This connection follows the main process.',
  },
  'exec-already-started': {
    code: 'invalidRequest',
    sentence: 'A connection runs one command.',
  },
  'exec-failed': {
    code: 'engine',
    sentence: 'The command could not be started in the sandbox. Is the sandbox running?',
  },
  'exec-request-late': {
    code: 'timeout',
    params: { seconds: 'number' },
    sentence: 'The client did not say within {seconds} s what to run.',
  },
  'log-reader-too-slow': {
    code: 'tooLarge',
    sentence: 'The output was read more slowly than it was written for so long that part of it is gone.',
  },
  'pipes-not-made': {
    code: 'engine',
    sentence: 'The shell of this machine could not make the pipes that a command needs.',
  },
  'shell-not-found': {
    code: 'invalidRequest',
    sentence: 'The image has no shell that Joey knows. Say which program the terminal shall run.',
  },
  'stdin-ended': {
    code: 'conflict',
    sentence: 'The standard input of this sandbox has been ended already.',
  },
  'terminal-busy': {
    code: 'conflict',
    sentence: 'More than a waiting shell may be running in this terminal.',
  },
  'terminal-is-main': {
    code: 'conflict',
    sentence: 'This is the terminal of the main process. Stop the sandbox to end it.',
  },
  'terminal-not-found': {
    code: 'notFound',
    params: { found: ['gone', 'none', 'several'], terminal: 'text', name: 'text?' },
    sentence: `{found, select,
      gone {There is no such terminal any more.}
      none {"{name}" has no terminal {terminal}.}
      other {"{name}" has more than one terminal {terminal}.}
    }`,
    remedy: {
      kind: 'runCommand',
      command: '{name, select, = {} other {joey terminals {name}}}',
      why: 'Shows its terminals.',
    },
  },
  'too-many-terminals': {
    code: 'conflict',
    params: { limit: 'number', where: ['sandbox', 'all'] },
    sentence:
      '{where, select, sandbox {The sandbox has {limit} terminals already.} other {There are {limit} terminals already.}} Close one that is no longer needed.',
  },
})
