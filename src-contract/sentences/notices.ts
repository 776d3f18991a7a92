import { defineSentences } from '../reasons/define.ts'

const untilRestart = '{runs, select, yes { It runs with what it had until its next start.} no {}}'

const whyHostIds = `{why, select,
      grant {the grant {what} means nothing to any other root.}
      mount {the file system of {what} cannot map ids.}
      user {it runs as {what}, and a sandbox with ids of its own has 0 to 65535.}
      readOnlyRoot {gVisor cannot make its root read-only otherwise.}
      other {all ranges of ids are taken.}
    }`

/** The tables whose records may turn out not to be readable. */
export const recordTables = [
  'sandboxes',
  'removals',
  'snapshots',
  'images',
  'schedules',
  'selftests',
  'functions',
  'volumes',
  'networks',
] as const
export const recordNoun =
  '{table, select, sandboxes {sandbox} removals {removed sandbox} snapshots {snapshot} images {image} schedules {schedule of sandbox} selftests {self-test of sandbox} volumes {volume} functions {function} networks {network}}'

/** What people should know without a request: each becomes an event, see `notice`. */
export const noticeSentences = defineSentences({
  /** What the start found and repaired: one of `reconciled.ts`. */
  reconciled: { params: { what: 'sentence' }, sentence: '{what}' },
  'self-test-drift': {
    params: { name: 'text', titles: 'sentences', more: 'number' },
    sentence:
      'The isolation of "{name}" has got weaker: it can now do what it could not at the check before: {titles}{more, plural, =0 {} other {; and {more} more}}.',
  },
  granted: {
    params: { name: 'text', grant: 'text', runs: ['yes', 'no'] },
    sentence: `"{name}" was granted {grant}.${untilRestart}`,
  },
  'grant-taken-back': {
    params: { name: 'text', grant: 'text', runs: ['yes', 'no'] },
    sentence: `The grant of {grant} to "{name}" was taken back.${untilRestart}`,
  },
  'ulimits-clamped': {
    params: { name: 'text', wanted: 'text', given: 'text' },
    sentence: '"{name}" asked for the limits {wanted} and has {given}: nobody here can give more.',
  },
  'ids-of-this-machine': {
    params: { name: 'text', why: ['grant', 'mount', 'user', 'ranges', 'readOnlyRoot'], what: 'text' },
    sentence: `Root in "{name}" is root of this machine: ${whyHostIds}`,
  },
  'server-ids-of-this-machine': {
    params: {
      name: 'text',
      serves: ['files', 'mounts'],
      why: ['grant', 'mount', 'user', 'ranges', 'readOnlyRoot'],
      what: 'text',
    },
    sentence: `What serves the {serves, select, files {files} other {mounts}} of "{name}" is root of this machine: ${whyHostIds}`,
  },
  'intruder-refused': {
    params: { why: ['sandbox', 'namespace'], name: 'text', pid: 'number' },
    sentence: `{why, select,
      sandbox {A program in "{name}" (pid {pid}) has connected to the socket of the agent, and was refused. Somebody has let the sandbox see it.}
      other {A program in a container (pid {pid}) has connected to the socket of the agent, and was refused.}
    }`,
  },
  'disk-room-low': {
    params: { path: 'text', free: 'number', reserve: 'number' },
    sentence:
      'Only {free} MiB are left on the disk of {path}, less than the {reserve} MiB that Joey keeps free. Sandboxes without a limit of their disk can fill it: remove what you do not need, or give them one.',
  },
  'disk-writer-paused': {
    params: {
      name: 'text',
      how: ['written', 'files'],
      written: 'number',
      seconds: 'number',
      free: 'number',
      reserve: 'number',
      path: 'text',
      limit: ['yes', 'no'],
    },
    sentence: `"{name}" was paused before it fills this machine: {how, select,
      files {files of {written} MiB have changed on its disk within {seconds} s}
      other {it has written {written} MiB in {seconds} s}
    }, and {free} MiB are left on the disk of {path}, less than the {reserve} MiB that Joey keeps free. Make room, then "joey resume {name}" lets it go on.{limit, select, yes {} other { With a limit ("joey update --disk SIZE {name}", while it is stopped) it fills no more than that.}}`,
  },
  'packet-filter-restored': {
    sentence: 'Another program had removed the packet filter of the sandboxes. It is in place again.',
  },
  'stop-signal-not-in-class': {
    params: { name: 'text', signal: 'text', class: 'text' },
    sentence:
      'The image of "{name}" wants signal {signal} to stop, which the class "{class}" cannot send. It was sent TERM.',
  },
  'mounted-socket-unusable': {
    params: { socket: 'text', name: 'text' },
    sentence:
      '{socket}, which "{name}" sees by a mount, is a socket of this machine: programs in the sandbox cannot connect to it.',
  },
  'mounts-not-watched': {
    params: { name: 'text' },
    sentence:
      'Programs in "{name}" that watch a mounted folder do not hear of changes that are made on this machine: its kernel gives no watch for that. Let them look from time to time (polling).',
  },
  'mounts-watched-in-part': {
    params: { name: 'text', folders: 'number' },
    sentence:
      'There are more folders in the mounts of "{name}" than can be watched for it ({folders}). Programs in it do not hear of changes that are made on this machine in the others, which lie deepest.',
  },
  'logins-unreadable': {
    params: { path: 'text' },
    sentence:
      'The logins for registries cannot be read, so none holds until you log in again. Their file is now {path}.',
  },
  'settings-unreadable': {
    sentence: 'The settings cannot be read, so those of a new installation hold until you choose others.',
  },
  schedule: {
    params: { name: 'text', why: 'sentence' },
    sentence: 'No snapshot of "{name}" could be made by its schedule: {why}',
  },
  'image-name-moved': {
    params: { name: 'text', from: 'text', to: 'text' },
    sentence: 'The image name {name} now means {to}; before it was {from}.',
  },
  'image-ids-beyond': {
    params: { name: 'text', id: 'text' },
    sentence:
      'Files of the image {name} belong to ids up to {id}. In a container or gVisor sandbox, whose ids end at 65535, files with a higher one belong to nobody and cannot be changed; a micro-VM has all ids.',
  },
  'record-unreadable': {
    params: {
      table: recordTables,
      id: 'text',
      name: 'text?',
    },
    sentence: `The record of the ${recordNoun} {name, select, = {{id}} other {"{name}" ({id})}} cannot be read, so it is left out.{table, select, schedules {} selftests {} functions {} networks {} other { Its files are left where they are.}} "joey doctor" shows why.`,
  },
})

export type NoticeReason = keyof typeof noticeSentences
