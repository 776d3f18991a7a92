import { defineReasons } from './define.ts'

export const storageReasons = defineReasons({
  'disk-damaged': {
    code: 'engine',
    sentence:
      'The disk of the sandbox is damaged, so it was left as it is. Start the sandbox in its present class and copy out what you need.',
  },
  'disk-unsupported': {
    code: 'engine',
    sentence:
      'The disk of the sandbox uses features of ext4 that Joey does not read, so it was left as it is. Keep the sandbox in its present class.',
  },
  'disk-limit-below-use': {
    code: 'conflict',
    params: { wanted: 'number' },
    sentence:
      'The sandbox has written more than a disk of {wanted} MiB can hold. Choose a higher limit, or remove some of its files.',
  },
  'disk-limit-at-rest': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: 'While "{name}" runs, the limit of its disk can only be raised. Stop it first.',
  },
  'disk-limit-not-lower': {
    code: 'conflict',
    params: { name: 'text', mebibytes: 'number' },
    sentence:
      'The disk of the micro-VM "{name}" has {mebibytes} MiB and cannot be made smaller. Choose a higher limit, or none.',
  },
  'disk-in-use': {
    code: 'conflict',
    sentence: 'Something still uses the disk of the sandbox, such as a search in its files. Try again in a moment.',
    remedy: { kind: 'retry' },
  },
  'file-not-convertible': {
    code: 'unavailable',
    params: { path: 'text', why: 'sentence' },
    sentence:
      'The disk of the sandbox cannot be converted because of {path}: {why} Remove that file in the sandbox, then try again.',
  },
  'file-not-kept': {
    code: 'unavailable',
    params: { path: 'text', why: 'sentence' },
    sentence: 'The file {path} cannot be kept: {why} Remove or rename it in the sandbox, then try again.',
  },
  'folder-too-large': {
    code: 'tooLarge',
    params: { limit: 'number' },
    sentence: 'A folder holds more than {limit} names, which Joey does not list.',
  },
  'layer-exists': {
    code: 'conflict',
    params: { layer: 'text' },
    sentence: 'There is a layer {layer} already.',
  },
  'layer-source-gone': {
    code: 'engine',
    params: { layer: 'text' },
    sentence: 'What was to be kept is not there any more, so no snapshot was made of it.',
  },
  'no-space-for-layer': {
    code: 'unavailable',
    params: { needed: 'number', free: 'number' },
    sentence:
      'This needs {needed} MiB, and {free} MiB are free where Joey keeps its state. Free some space, then try again.',
    remedy: {
      kind: 'runCommand',
      command: 'joey snapshot prune',
      why: 'Removes what the rules of keeping no longer keep.',
    },
  },
  'no-space-to-convert': {
    code: 'unavailable',
    params: { needed: 'number', free: 'number' },
    sentence:
      'Converting the disk needs {needed} MiB for a while, and {free} MiB are free where Joey keeps its state. Free some space, then try again.',
    remedy: {
      kind: 'runCommand',
      command: 'joey snapshot prune',
      why: 'Removes what the rules of keeping no longer keep.',
    },
  },
  'no-such-layer': {
    code: 'notFound',
    params: { layer: 'text' },
    sentence: 'There is no layer {layer}.',
  },
  'tree-moved': {
    code: 'conflict',
    sentence: 'The files were just moved by something else, such as a snapshot. Try again.',
    remedy: { kind: 'retry' },
  },
  'tree-too-deep': {
    code: 'tooLarge',
    params: { path: 'text' },
    sentence:
      'Folders below {path} are nested deeper than one path can name. Remove them in the sandbox, then try again.',
  },
  'damaged-layer': {
    code: 'engine',
    params: { layer: 'text', what: ['chain', 'layer'], why: 'sentence?' },
    sentence: `{what, select,
      chain {One of the layers that it stands on is damaged on the disk of this machine, so nothing starts from it. Use another snapshot, and check this disk.}
      other {The layer {layer} is damaged on the disk of this machine, so nothing starts from it.{why, select, = {} other { {why}}} Use another snapshot, and check this disk.}
    }`,
    remedy: { kind: 'runCommand', command: 'joey snapshot verify', why: 'Shows which files are damaged.' },
  },
})
