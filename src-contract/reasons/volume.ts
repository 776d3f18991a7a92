import { defineReasons } from './define.ts'

export const volumeReasons = defineReasons({
  'volume-not-found': {
    code: 'notFound',
    params: { name: 'text' },
    sentence: 'There is no volume "{name}".',
    remedy: { kind: 'runCommand', command: 'joey volume ls', why: 'Lists the volumes.' },
  },
  'volume-in-use': {
    code: 'conflict',
    params: { name: 'text', users: 'text', count: 'number' },
    sentence:
      'The volume "{name}" is used by {users}, so it is kept. Remove {count, plural, one {that sandbox} other {those sandboxes}} first.',
    remedy: {
      kind: 'runCommand',
      command: 'joey rm {users}',
      why: 'Removes what uses it; what is in the volume stays.',
    },
  },
  'volume-exists': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: 'There is a volume "{name}" already, with other labels. Choose another name, or use it as it is.',
    remedy: { kind: 'runCommand', command: 'joey volume inspect {name}', why: 'Shows the one that is there.' },
  },
  'volume-name-reserved': {
    code: 'invalidRequest',
    params: { name: 'text' },
    sentence: '"{name}" is the kind of name that Joey gives to volumes of one sandbox. Choose another.',
  },
  'volume-busy': {
    code: 'conflict',
    params: { name: 'text', users: 'text' },
    sentence:
      'The volume "{name}" is written to by {users}, which runs. Stop it first, so that what is read is of one moment.',
    remedy: { kind: 'runCommand', command: 'joey stop {users}', why: 'Stops what uses it.' },
  },
  'volume-not-empty': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: 'The volume "{name}" holds files. Say that they may be replaced, or choose another volume.',
  },
  'volume-import-in-use': {
    code: 'conflict',
    params: { name: 'text', users: 'text' },
    sentence:
      'The volume "{name}" is used by {users}, so it stays as it is. Import into another one, or remove what uses it.',
  },
  'volume-archive-refused': {
    code: 'refused',
    params: {
      what: ['path', 'kind', 'behind', 'numbers', 'link', 'attribute'],
      path: 'text',
      of: ['volume', 'sandbox'],
    },
    sentence: `The archive is refused, and the {of, select, volume {volume} other {sandbox}} is as it was: {what, select,
      path {a path in it leads elsewhere: {path}.}
      kind {it holds something of no known kind: {path}.}
      behind {something in it lies behind a link: {path}.}
      numbers {it holds something with impossible numbers: {path}.}
      link {a link in it leads nowhere or elsewhere: {path}.}
      other {it holds an attribute that is too large: {path}.}}`,
  },
  'volume-archive-too-large': {
    code: 'tooLarge',
    params: { what: ['bytes', 'entries'], of: ['volume', 'sandbox'] },
    sentence: `{what, select,
      bytes {The archive unpacks to more than there is room for, so the {of, select, volume {volume} other {sandbox}} is as it was. Make room first.}
      other {The archive holds more files than there is room for, so the {of, select, volume {volume} other {sandbox}} is as it was.}}`,
  },
})
