import { defineSentences } from '../reasons/define.ts'

/** What a restore or a fork needs, loses, and makes other than it was, and which snapshots could go. */
export const restoreSentences = defineSentences({
  'restore-sandbox-busy': {
    params: { name: 'text', state: 'text' },
    sentence: '"{name}" is {state}. Wait until that is done.',
  },
  'restore-snapshot-in-making': {
    params: { snapshot: 'text' },
    sentence: 'The snapshot "{snapshot}" is still being made.',
  },
  'restore-snapshot-damaged': {
    params: { snapshot: 'text', how: 'sentence?' },
    sentence: 'The snapshot "{snapshot}" is damaged, so nothing is started from it.{how, select, = {} other { {how}}}',
  },
  'restore-class-not-offered': {
    params: { class: 'text' },
    sentence: 'This machine does not offer the class "{class}" now. "joey doctor" says why.',
  },
  'restore-without-memory': {
    params: { snapshot: 'text' },
    sentence: 'The snapshot "{snapshot}" holds no memory, only the disk.',
  },
  'restore-memory-in-class': { sentence: 'Memory can be restored only in the class in which it was saved.' },
  'restore-no-room': {
    params: { needed: 'number', free: 'number' },
    sentence: 'It needs {needed} MiB, and {free} MiB are free. Make room, then try again.',
  },
  'memory-class-not-offered': {
    params: { class: 'text' },
    sentence: 'This machine does not offer the class "{class}" now.',
  },
  'memory-not-in-engine': {
    params: { class: 'text' },
    sentence: 'The engine of the class "{class}" on this machine cannot restore memory.',
  },
  'memory-of-another-engine': {
    sentence:
      'Its memory was saved by another version of the engine, or on another processor. Its disk can be restored.',
  },
  'state-file-missing': {
    params: { file: 'text' },
    sentence: 'The file "{file}" of the saved memory is missing.',
  },
  'state-file-changed': {
    params: { file: 'text' },
    sentence: 'The file "{file}" of the saved memory is not what was written.',
  },
  'prune-no-longer-kept': { sentence: 'The rules of keeping no longer keep it.' },
  'prune-damaged': {
    params: { snapshot: 'text', sandbox: 'text' },
    sentence: '"{snapshot}" of "{sandbox}" is damaged and cannot be restored. Remove it.',
  },
  'prune-large': {
    params: { snapshot: 'text', sandbox: 'text', mebibytes: 'number' },
    sentence: '"{snapshot}" of "{sandbox}" alone holds {mebibytes} MiB.',
  },
  'state-empty': { sentence: 'Nothing of it is there.' },
  'loses-files': {
    params: { snapshot: 'text?', entries: 'number?', kibibytes: 'number?', size: 'text?' },
    sentence:
      'What was written to its files since {snapshot, select, = {it was created} other {the snapshot "{snapshot}"}}{size, select, = {} other { ({entries} entries, {size}, also where it is what was there before)}}, unless it is kept as a snapshot first.',
  },
  'loses-processes': { sentence: 'All processes that run in it, with what they hold in memory.' },
  'loses-connections': { sentence: 'Its open terminals and network connections.' },
  'restore-withholds-grant': {
    params: { name: 'text', grant: 'text' },
    sentence: '"{name}" no longer has the grant {grant}, so it does not get it back.',
  },
  'restore-withholds-mount': {
    params: { source: 'text', target: 'text' },
    sentence: '{source} is no longer mounted at {target}, and is not mounted again.',
  },
  'restore-keeps-volumes': { sentence: 'What is in its volumes stays as it is now: no snapshot holds it.' },
  'restore-keeps-pending': { sentence: 'What was set for its next start stays set for it, and is not in effect yet.' },
  'fork-without-pending': {
    params: { name: 'text' },
    sentence: 'What was set for the next start of "{name}" is not in the forks: they are what it is now.',
  },
  'restore-changes-class': {
    params: { from: 'text', to: 'text' },
    sentence: 'The class changes from "{from}" to "{to}".',
  },
  'restore-changes-image': {
    params: { from: 'text', to: 'text' },
    sentence: 'The image changes from "{from}" to "{to}".',
  },
  'restore-brings-back': {
    params: { fields: 'sentence' },
    sentence: 'This becomes again what it was then: {fields}.',
  },
  'fork-own-volumes-live': {
    sentence: 'It has volumes of its own, which its memory relies on. Fork it from its disk, without memory.',
  },
  'fork-volume-anew': {
    params: { target: 'text' },
    sentence: 'What the parent has in its own volume at {target} is not in the fork, which gets a new one.',
  },
  'fork-shares-volume': {
    params: { volume: 'text', target: 'text' },
    sentence: 'The volume "{volume}" at {target} is shared with the parent.',
  },
  'field-command': { sentence: 'the command' },
  'field-entrypoint': { sentence: 'the entrypoint' },
  'field-environment': { sentence: 'the environment' },
  'field-working-folder': { sentence: 'the working folder' },
  'field-user': { sentence: 'the user' },
  'field-terminal': { sentence: 'the terminal of the main process' },
  'field-limits': { sentence: 'the limits' },
  'field-root': { sentence: 'whether the root can be written to' },
  'field-grants': { sentence: 'the grants' },
  'field-capabilities': { sentence: 'the capabilities that it gives up' },
  'field-mounts': { sentence: 'the mounts' },
  'machine-had-other-layers': { sentence: 'It had another number of layers.' },
  'machine-had-no-network': { sentence: 'It had no network.' },
  'machine-had-terminal': {
    params: { had: ['yes', 'no'] },
    sentence: 'It had {had, select, yes {a terminal} no {no terminal}}.',
  },
  'machine-had-root': {
    params: { writable: ['yes', 'no'] },
    sentence: 'Its root {writable, select, yes {could} no {could not}} be written to.',
  },
  'machine-had-other-grants': { sentence: 'It had other grants.' },
  'memory-had-capabilities': {
    params: { names: 'text' },
    sentence: 'Its programs held capabilities that are not granted: {names}.',
  },
  'memory-of-unknown-rights': {
    sentence: 'It was saved by an earlier version, whose programs held more capabilities than they get today.',
  },
  'machine-had-no-mounts': { sentence: 'It had no mounts.' },
  'dropped-connections': {
    params: { whose: ['sandbox', 'forks'] },
    sentence: "{whose, select, sandbox {Its} forks {The forks'}} network connections were dropped.",
  },
  'dropped-screen': {
    params: { whose: ['sandbox', 'forks'] },
    sentence:
      "What {whose, select, sandbox {its} forks {the forks'}} terminal showed is not there; it comes again as programs write.",
  },
  'fork-port-moved': {
    params: { hostPort: 'number', guestPort: 'number' },
    sentence:
      'Port {hostPort} of this machine stays with the parent: each fork gets a free port for its port {guestPort}.',
  },
  'fork-from-disk': {
    params: { why: 'sentence' },
    sentence: 'The forks start anew from the disk, because the memory could not be saved: {why}',
  },
  'fork-not-made': { params: { name: 'text', why: 'sentence' }, sentence: '"{name}" could not be made: {why}' },
  'fork-identity-kept': {
    params: { name: 'text' },
    sentence:
      'The machine id and the SSH host keys in "{name}" are still those of its parent: they could not be renewed from inside.',
  },
  'fork-host-keys': {
    params: { made: ['yes', 'no'] },
    sentence: `{made, select,
      yes {Each fork has SSH host keys of its own.}
      no {SSH host keys of the parent were left out of the forks. Make new ones inside with "ssh-keygen -A".}
    }`,
  },
})

/** What a field is called within a sentence. */
export type FieldNoun = Extract<keyof typeof restoreSentences, `field-${string}`>
