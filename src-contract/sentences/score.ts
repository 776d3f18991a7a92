import { defineSentences } from '../reasons/define.ts'

const resource = '{what, select, memory {memory} cpu {processor time} pids {number of processes}}'

/** What each part of a score is given for, as docs/isolation-score.md lists them. */
export const scoreSentences = defineSentences({
  'score-nothing-runs': { sentence: 'No sandbox runs.' },
  'score-weakest': { params: { name: 'text' }, sentence: 'Half the score of the weakest, {name}.' },
  'score-average': { sentence: 'Half the average of all sandboxes.' },
  'score-kernel-shared': {
    sentence: 'It shares this machine\u2019s kernel, and a filter of system calls stands before it.',
  },
  'score-kernel-shared-unfiltered': {
    sentence: 'It shares this machine\u2019s kernel without a filter of system calls.',
  },
  'score-kernel-application': {
    sentence: 'An application kernel of its own answers it, itself behind a filter of system calls.',
  },
  'score-kernel-application-unfiltered': {
    sentence: 'An application kernel of its own answers it, but that one\u2019s own system calls are not filtered.',
  },
  'score-kernel-own': {
    sentence: 'It has a kernel of its own in a virtual machine, whose monitor is behind a filter of system calls.',
  },
  'score-kernel-own-unfiltered': {
    sentence: 'It has a kernel of its own in a virtual machine, but the monitor\u2019s system calls are not filtered.',
  },
  'score-capabilities-none': { sentence: 'No capability over this machine.' },
  'score-capabilities-everyday': { sentence: 'The everyday capabilities of a container.' },
  'score-capabilities-beyond': {
    params: { names: 'text', more: 'number' },
    sentence: 'Capabilities beyond the everyday ones: {names}{more, plural, =0 {} other { and # more}}.',
  },
  'score-privileges-gained': { sentence: 'Programs can gain privileges.' },
  'score-privileges-kept': { sentence: 'No program can gain privileges.' },
  'score-root': { sentence: 'It runs as root of this machine.' },
  'score-server-root': { sentence: 'What opens files of this machine for it runs as root of this machine.' },
  'score-not-root': { sentence: 'It does not run as root of this machine.' },
  'score-namespaces-own': { sentence: 'It has namespaces of its own.' },
  'score-namespaces-shared': {
    params: { kinds: 'text' },
    sentence: 'It shares namespaces with this machine: {kinds}.',
  },
  'score-files-controlling': { sentence: 'It can change files that this machine itself depends on.' },
  'score-files-writable': {
    params: { count: 'number' },
    sentence: 'It can change {count, plural, one {# folder} other {# folders}} of this machine.',
  },
  'score-files-readable': {
    params: { count: 'number' },
    sentence: 'It can read {count, plural, one {# folder} other {# folders}} of this machine.',
  },
  'score-files-none': { sentence: 'It has no file of this machine.' },
  'score-network-host': { sentence: 'It is in this machine\u2019s own network.' },
  'score-network-shared': { sentence: 'It shares a network with other sandboxes.' },
  'score-network-own': { sentence: 'It reaches other networks, but nothing of this machine.' },
  'score-network-none': { sentence: 'It has no network.' },
  'score-sockets': { sentence: 'It can speak to programs of this machine through their sockets.' },
  'score-devices': { sentence: 'It can use devices of this machine.' },
  'score-devices-none': { sentence: 'It has neither devices nor sockets of this machine.' },
  'score-unlimited': {
    params: { what: ['memory', 'cpu', 'pids'] },
    sentence: `Nothing but this machine bounds its ${resource}.`,
  },
  'score-limited': { params: { what: ['memory', 'cpu', 'pids'] }, sentence: `Its ${resource} is limited.` },
  'score-control': {
    params: { ways: 'text', left: 'number' },
    sentence: 'With {ways} it can take this machine over, so no more than {left} are left.',
  },
})
