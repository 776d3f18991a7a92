import { defineReasons } from './define.ts'

/** What this machine has no more of, whatever was to be done. */
export const machineReasons = defineReasons({
  'disk-of-machine-full': {
    code: 'unavailable',
    params: { path: 'text', free: 'number', by: ['disk', 'quota'] },
    sentence: `{by, select,
      quota {The quota of the disk that holds {path} is used up.}
      other {The disk that holds {path} is full: {free} MiB are free.}
    } Remove what you do not need with joey snapshot prune, joey image rm or joey rm, then try again.`,
    remedy: {
      kind: 'runCommand',
      command: 'joey snapshot prune',
      why: 'Removes what the rules of keeping no longer keep.',
    },
  },
  'disk-of-machine-read-only': {
    code: 'unavailable',
    params: { path: 'text' },
    sentence:
      'Nothing can be written to {path}, because its file system is read-only. Mount it writable again, then try again.',
    remedy: { kind: 'runCommand', command: 'findmnt --target {path}', why: 'Shows how it is mounted.' },
  },
  'open-files-used-up': {
    code: 'unavailable',
    params: { by: ['agent', 'machine', 'watches'] },
    sentence: `{by, select,
      agent {The agent has as many files open as it may.}
      machine {This machine has as many files open as it may.}
      other {The kernel watches as many files as it may.}
    } Stop sandboxes that you do not need with joey stop, then try again.`,
    remedy: { kind: 'runCommand', command: 'joey ps', why: 'Shows what runs.' },
  },
  'memory-of-machine-used-up': {
    code: 'unavailable',
    params: { free: 'number' },
    sentence:
      'This machine has too little memory left: {free} MiB are free. Stop sandboxes that you do not need with joey stop, then try again.',
    remedy: { kind: 'runCommand', command: 'joey ps', why: 'Shows what runs.' },
  },
})
