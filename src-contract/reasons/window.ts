import { defineReasons } from './define.ts'

export const windowReasons = defineReasons({
  'agent-start-failed': {
    code: 'unavailable',
    sentence: 'The agent could not be started. The details say why.',
    remedy: { kind: 'startAgent' },
  },
  'file-not-written': {
    code: 'unavailable',
    sentence: 'The file could not be written there. Choose another place.',
  },
  'input-too-fast': {
    code: 'tooLarge',
    sentence: 'The sandbox does not read what was pasted. The terminal was left.',
  },
  'operation-not-offered': {
    code: 'refused',
    sentence: 'The window may not ask for that.',
  },
  'sender-not-trusted': {
    code: 'refused',
    sentence: 'This page may not ask for that.',
  },
  'stream-not-offered': {
    code: 'refused',
    sentence: 'The window may not open that.',
  },
  'stream-timeout': {
    code: 'timeout',
    sentence: 'The connection to the agent did not open in time.',
    remedy: { kind: 'retry' },
  },
  'too-many-streams': {
    code: 'refused',
    sentence: 'The window has too many streams open.',
  },
  'agent-not-answering': {
    code: 'timeout',
    sentence: 'The agent does not answer. It may be very busy, or stuck.',
    remedy: { kind: 'retry' },
  },
  'bad-answer': {
    code: 'internal',
    sentence:
      'The agent and this window do not understand each other. They are probably of different versions: restart both.',
  },
})
