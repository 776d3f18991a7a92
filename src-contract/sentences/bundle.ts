import { defineSentences } from '../reasons/define.ts'

const wishKinds = ['class', 'limit', 'grant', 'mount', 'port', 'network'] as const

const wishWords = `{kind, select,
  class {The class "{name}"}
  limit {The lifted limit "{name}"}
  grant {The grant {name}}
  mount {The mount at {name}}
  port {The port {name}}
  network {The network "{name}"}
}`

/** What a bundle wants, who made it, what forbids to import it, and what was left out. */
export const bundleSentences = defineSentences({
  'bundle-signed': {
    params: { state: ['unsigned', 'wrong', 'self', 'trusted', 'unknown'], name: 'text?', key: 'text?' },
    sentence: `{state, select,
      unsigned {It is not signed: nobody says that it is what it was.}
      wrong {Its signature is wrong, so it counts as not signed: nobody says that it is what it was.}
      self {It was signed on this machine, and is what was signed.}
      trusted {It was signed by "{name}", whom you trust.}
      unknown {It was signed with the key {key}, which you do not know. Ask its owner whether it is theirs.}
    }`,
  },
  'bundle-image-missing': {
    params: { image: 'text' },
    sentence: 'The image {image} is not in the bundle and not on this machine. Import the same image first.',
  },
  'bundle-processor': {
    params: { wanted: 'text', here: 'text' },
    sentence: 'It is made for processors of the kind {wanted}, this machine has {here}.',
  },
  'bundle-no-room': {
    params: { wanted: 'number', free: 'number' },
    sentence: 'Unpacked it needs {wanted} MB, and {free} MB are free for it where Joey keeps its state.',
  },
  'bundle-no-files': {
    params: { entries: 'number', free: 'number' },
    sentence: 'It has {entries} files, and the disk has room for {free} more.',
  },
  'bundle-many-files': { sentence: 'It says that it holds more than 2 million files.' },
  'wants-limit': {
    params: { limit: ['memoryBytes', 'cpus', 'pids', 'diskBytes'], wanted: 'number?', usual: 'text' },
    sentence: `It wants {wanted, select, = {no limit} other {a limit of {wanted}}} on {limit, select,
      memoryBytes {memory}
      cpus {processor time}
      pids {the number of its processes}
      diskBytes {its disk}
    }; a new sandbox has {usual}.`,
  },
  'wants-grant': { params: { grant: 'text' }, sentence: 'It wants what is refused by default: {grant}.' },
  'wants-mount': {
    params: { access: ['read', 'write'], source: 'text', target: 'text' },
    sentence:
      'It wants to {access, select, read {read} write {read and change}} {source} of this machine, as {target}.',
  },
  'wants-port': {
    params: { hostPort: 'number', guestPort: 'text' },
    sentence:
      'It wants {hostPort, plural, =0 {a free port} other {port {hostPort}}} of this machine, for its port {guestPort}.',
  },
  'wants-network': {
    params: { network: 'text' },
    sentence: 'It wants to be on the network "{network}" with other sandboxes.',
  },
  'wants-class': { params: { class: 'text' }, sentence: 'It runs in the class "{class}".' },
  'import-not-agreed': {
    params: { kind: wishKinds, name: 'text' },
    sentence: `${wishWords} was left out: it was not agreed to.`,
  },
  'import-not-possible': {
    params: { kind: wishKinds, name: 'text', why: 'sentence?' },
    sentence: `${wishWords} was left out: {why, select, = {this machine cannot give it.} other {{why}}}`,
  },
  'import-named': {
    params: { name: 'text', wanted: 'text' },
    sentence: 'It is called "{name}", because "{wanted}" is taken or was not wanted.',
  },
  'class-not-here': {
    params: { class: 'text' },
    sentence: 'This machine does not offer the class "{class}". Run "joey doctor" to see why.',
  },
})
