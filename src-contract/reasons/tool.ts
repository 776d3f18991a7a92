import { defineReasons } from './define.ts'

export const toolReasons = defineReasons({
  'deadline-passed': {
    code: 'timeout',
    sentence: 'It took longer than allowed and was stopped.',
    remedy: { kind: 'retry' },
  },
  'mount-namespace-shared': {
    code: 'unavailable',
    sentence: 'The agent must run in a mount namespace of its own. Start it with "joey agent start".',
    remedy: { kind: 'startAgent' },
  },
  'script-missing': {
    code: 'unavailable',
    sentence: 'A part of this installation is missing. Install Joey again.',
  },
  'tool-not-started': {
    code: 'engine',
    params: { program: 'text' },
    sentence: 'The program {program} could not be started.',
  },
  'tool-start-timeout': {
    code: 'timeout',
    params: { program: 'text' },
    sentence:
      'The program {program} could not be started in time: the file system that it or its folder is on does not answer.',
    remedy: { kind: 'retry' },
  },
  'tool-output-too-large': {
    code: 'engine',
    params: { program: 'text', limit: 'number' },
    sentence: 'The program {program} printed more than {limit} bytes.',
  },
  cancelled: {
    code: 'cancelled',
    sentence: 'The work was cancelled.',
  },
  internal: {
    code: 'internal',
    sentence: 'Something went wrong inside Joey. The details are in the log of the agent.',
  },
  'tool-failed': {
    code: 'engine',
    params: { program: 'text', what: ['exit', 'image', 'noImage', 'copy'], code: 'number?' },
    sentence: `{what, select,
      exit {The program {program} failed with exit code {code}.}
      image {The program {program} could not read or write the image.}
      noImage {The program {program} left no image behind.}
      other {A file of the sandbox could not be copied.}
    }`,
  },
  'tool-timeout': {
    code: 'timeout',
    params: { program: 'text', seconds: 'number?' },
    sentence: `{seconds, select,
      = {The program {program} took too long with the image.}
      other {The program {program} did not end within {seconds} s and was stopped.}
    }`,
    remedy: { kind: 'retry' },
  },
  'program-missing': {
    code: 'unavailable',
    params: { program: 'text', what: ['tool', 'builtInImage', 'ownFiles'] },
    sentence: `{what, select,
      builtInImage {The built-in image is made of a static busybox, and there is none on this machine.}
      ownFiles {This installation lacks the program that changes files.}
      other {The program {program} is not installed on this machine.}
    }`,
  },
  'file-too-large': {
    code: 'tooLarge',
    params: { path: 'text', where: ['read', 'machine', 'sandbox'], limit: 'number?' },
    sentence: `{where, select,
      read {The file {path} is larger than {limit} bytes.}
      machine {{path} is larger than the file system of this machine allows.}
      other {{path} would be larger than the file system allows.}
    }`,
  },
  'disk-full': {
    code: 'tooLarge',
    params: { where: ['export', 'image', 'sandbox', 'machine', 'quota'] },
    sentence: `{where, select,
      export {The disk became full, so nothing was made. Make room and try again.}
      image {The disk became full while the image was imported. Make room and try again.}
      sandbox {There is no room left on the disk of the sandbox. Delete something first.}
      quota {There is no room left for you on the disk of this machine.}
      other {There is no room left on the disk of this machine.}
    }`,
    remedy: { kind: 'retry' },
  },
})
