import { expect, test } from 'vitest'
import { say } from './language.ts'
import { notice } from './notice.ts'
import { AgentEvent, type NoticeFact } from './observe.ts'
import { sentence } from './sentence.ts'
import { type NoticeReason, noticeSentences } from './sentences/notices.ts'
import { pseudoLanguage } from './testing/pseudo-language.ts'

const why = sentence('path-shared')
const drift = {
  name: 'web',
  titles: [
    sentence('self-test-title', { title: sentence('probe-privileges-mount'), place: 'inner' }),
    sentence('self-test-title', { title: sentence('probe-privileges-remount'), place: 'last' }),
  ],
}
const change = { name: 'web', grant: 'no-seccomp' }
const record = { id: 'aaaaaaaaaaaa' }

const said: readonly (readonly [NoticeFact, string])[] = [
  [
    notice('reconciled', { what: sentence('found-interfaces', { count: 1 }) }),
    'Removed a network interface that no sandbox uses.',
  ],
  [
    notice('self-test-drift', { ...drift, more: 0 }),
    'The isolation of "web" has got weaker: it can now do what it could not at the check before: Mount a file system; Take the write protection off /sys.',
  ],
  [
    notice('self-test-drift', { ...drift, more: 2 }),
    'The isolation of "web" has got weaker: it can now do what it could not at the check before: Mount a file system; Take the write protection off /sys; and 2 more.',
  ],
  [notice('granted', { ...change, runs: 'no' }), '"web" was granted no-seccomp.'],
  [
    notice('granted', { ...change, runs: 'yes' }),
    '"web" was granted no-seccomp. It runs with what it had until its next start.',
  ],
  [notice('grant-taken-back', { ...change, runs: 'no' }), 'The grant of no-seccomp to "web" was taken back.'],
  [
    notice('ulimits-clamped', { name: 'web', wanted: 'nofile=-1:-1', given: 'nofile=1024:1024' }),
    '"web" asked for the limits nofile=-1:-1 and has nofile=1024:1024: nobody here can give more.',
  ],
  [
    notice('ids-of-this-machine', { name: 'web', why: 'mount', what: '/srv/share' }),
    'Root in "web" is root of this machine: the file system of /srv/share cannot map ids.',
  ],
  [
    notice('server-ids-of-this-machine', { name: 'web', serves: 'mounts', why: 'mount', what: '/srv/share' }),
    'What serves the mounts of "web" is root of this machine: the file system of /srv/share cannot map ids.',
  ],
  [
    notice('server-ids-of-this-machine', { name: 'web', serves: 'files', why: 'readOnlyRoot', what: '' }),
    'What serves the files of "web" is root of this machine: gVisor cannot make its root read-only otherwise.',
  ],
  [
    notice('server-ids-of-this-machine', { name: 'web', serves: 'files', why: 'user', what: '70000' }),
    'What serves the files of "web" is root of this machine: it runs as 70000, and a sandbox with ids of its own has 0 to 65535.',
  ],
  [
    notice('intruder-refused', { why: 'sandbox', name: 'web', pid: 7 }),
    'A program in "web" (pid 7) has connected to the socket of the agent, and was refused. Somebody has let the sandbox see it.',
  ],
  [
    notice('disk-room-low', { path: '/var/lib/joey', free: 900, reserve: 2048 }),
    'Only 900 MiB are left on the disk of /var/lib/joey, less than the 2048 MiB that Joey keeps free. Sandboxes without a limit of their disk can fill it: remove what you do not need, or give them one.',
  ],
  [
    notice('disk-writer-paused', {
      ...{ name: 'web', how: 'written', written: 900, seconds: 5, free: 1900, reserve: 2048, path: '/var/lib/joey' },
      limit: 'no',
    }),
    '"web" was paused before it fills this machine: it has written 900 MiB in 5 s, and 1900 MiB are left on the disk of /var/lib/joey, less than the 2048 MiB that Joey keeps free. Make room, then "joey resume web" lets it go on. With a limit ("joey update --disk SIZE web", while it is stopped) it fills no more than that.',
  ],
  [
    notice('disk-writer-paused', {
      ...{ name: 'web', how: 'files', written: 900, seconds: 1, free: 0, reserve: 64, path: '/joey' },
      limit: 'yes',
    }),
    '"web" was paused before it fills this machine: files of 900 MiB have changed on its disk within 1 s, and 0 MiB are left on the disk of /joey, less than the 64 MiB that Joey keeps free. Make room, then "joey resume web" lets it go on.',
  ],
  [
    notice('packet-filter-restored'),
    'Another program had removed the packet filter of the sandboxes. It is in place again.',
  ],
  [
    notice('stop-signal-not-in-class', { name: 'web', signal: 'WINCH', class: 'microvm' }),
    'The image of "web" wants signal WINCH to stop, which the class "microvm" cannot send. It was sent TERM.',
  ],
  [
    notice('mounted-socket-unusable', { socket: '/run/x', name: 'web' }),
    '/run/x, which "web" sees by a mount, is a socket of this machine: programs in the sandbox cannot connect to it.',
  ],
  [
    notice('logins-unreadable', { path: '/joey/logins.unreadable' }),
    'The logins for registries cannot be read, so none holds until you log in again. Their file is now /joey/logins.unreadable.',
  ],
  [
    notice('settings-unreadable'),
    'The settings cannot be read, so those of a new installation hold until you choose others.',
  ],
  [notice('schedule', { name: 'web', why }), `No snapshot of "web" could be made by its schedule: ${why.message}`],
  [
    notice('image-name-moved', { name: 'busybox', from: 'sha256:0', to: 'sha256:1' }),
    'The image name busybox now means sha256:1; before it was sha256:0.',
  ],
  [
    notice('image-ids-beyond', { name: 'web:1', id: '70000' }),
    'Files of the image web:1 belong to ids up to 70000. In a container or gVisor sandbox, whose ids end at 65535, files with a higher one belong to nobody and cannot be changed; a micro-VM has all ids.',
  ],
  [
    notice('mounts-not-watched', { name: 'web' }),
    'Programs in "web" that watch a mounted folder do not hear of changes that are made on this machine: its kernel gives no watch for that. Let them look from time to time (polling).',
  ],
  [
    notice('mounts-watched-in-part', { name: 'web', folders: 4096 }),
    'There are more folders in the mounts of "web" than can be watched for it (4096). Programs in it do not hear of changes that are made on this machine in the others, which lie deepest.',
  ],
  [
    notice('record-unreadable', { ...record, table: 'removals' }),
    'The record of the removed sandbox aaaaaaaaaaaa cannot be read, so it is left out. Its files are left where they are. "joey doctor" shows why.',
  ],
  [
    notice('record-unreadable', { ...record, table: 'selftests', name: 'web' }),
    'The record of the self-test of sandbox "web" (aaaaaaaaaaaa) cannot be read, so it is left out. "joey doctor" shows why.',
  ],
]

const named = said.map(([fact, words]) => [fact.reason, words, fact] as const)

test.each(named)('%s travels whole, and says: %s', (_reason, words, fact) => {
  const event = AgentEvent.parse({ ...fact, seq: 1, at: '1970-01-01T00:00:00.000Z' })

  expect(event).toMatchObject(fact)
  expect(fact.message).toBe(words)
  expect(say(fact, null)).toBe(words)
  expect(say(fact, pseudoLanguage)).toContain(`[${fact.reason}: `)
})

test('each notice of the table is among those that are said here', () => {
  const reasons = new Set<NoticeReason>(said.map(([{ reason }]) => reason))

  expect([...reasons].sort()).toStrictEqual(Object.keys(noticeSentences).sort())
})
