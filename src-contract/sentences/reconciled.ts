import { defineSentences } from '../reasons/define.ts'

/** What the agent found at its start, finished or took back; each is the `what` of the notice `reconciled`. */
export const reconciledSentences = defineSentences({
  'found-not-taken-up': {
    params: { name: 'text', why: 'sentence' },
    sentence: '"{name}" could not be taken up again: {why}',
  },
  'found-removal-finished': { params: { name: 'text' }, sentence: 'The removal of "{name}" was finished.' },
  'found-removal-not-finished': {
    params: { name: 'text', why: 'sentence' },
    sentence: 'The removal of "{name}" could not be finished: {why}',
  },
  'found-class-not-offered': {
    params: { name: 'text' },
    sentence:
      '"{name}" is kept, but cannot be looked after: this machine does not offer its class now. "joey doctor" says why.',
  },
  'found-volume-gone': {
    params: { name: 'text' },
    sentence: 'The files of the volume "{name}" were not there any more. It is empty now.',
  },
  'found-starting': {
    params: { name: 'text' },
    sentence: '"{name}" was being started when the agent died. Start it again.',
  },
  'found-build-unfinished': {
    params: { name: 'text' },
    sentence: 'A build ran in "{name}" when the agent died. It was ended; the steps that it had finished are kept.',
  },
  'found-ended': { params: { name: 'text' }, sentence: '"{name}" ended while the agent was away.' },
  'found-gone': {
    params: { name: 'text' },
    sentence: '"{name}" is no longer running, and nobody saw how it ended.',
  },
  'found-stranger': {
    params: { id: 'text', removed: ['yes', 'no'] },
    sentence: `A leftover of the unknown sandbox {id} {removed, select,
      yes {was removed.}
      no {could not be removed. The agent's log says why.}
    }`,
  },
  'found-no-network': { params: { why: 'sentence' }, sentence: 'Sandboxes get no network. {why}' },
  'found-interfaces': {
    params: { count: 'number' },
    sentence: 'Removed {count, plural, one {a network interface} other {# network interfaces}} that no sandbox uses.',
  },
  'found-network-part-gone': {
    params: { part: ['filter', 'bridge'] },
    sentence:
      '{part, select, filter {The packet filter of the sandboxes} bridge {The bridge between the sandboxes}} was gone, and has been restored.',
  },
  'found-interface-gone': {
    params: { id: 'text' },
    sentence: 'The network interface of sandbox {id} is gone. Restart the sandbox to get it back.',
  },
  'found-port-shared': {
    params: { port: 'number', id: 'text' },
    sentence: 'Another program listens on port {port} as well; connections to it still lead to sandbox {id}.',
  },
  'found-import-unfinished': { params: { name: 'text' }, sentence: 'Removed an unfinished import ({name}).' },
  'found-image-blobs': {
    params: { count: 'number' },
    sentence: 'Removed {count, plural, one {a layer} other {# layers}} of pulled images that are gone.',
  },
  'found-image-stranger': {
    params: { file: 'text' },
    sentence: 'Removed an image file without a record ({file}).',
  },
  'found-image-gone': { params: { image: 'text' }, sentence: 'Forgot the image {image}: its file is missing.' },
  'found-snapshot-work': {
    params: { name: 'text', why: 'sentence' },
    sentence: 'What was begun with a snapshot of "{name}" could not be finished: {why}',
  },
  'found-layers': {
    params: { count: 'number' },
    sentence: 'Leftovers of {count, plural, one {# unfinished layer} other {# unfinished layers}} were removed.',
  },
  'found-snapshot': {
    params: { snapshot: 'text', name: 'text', outcome: ['kept', 'takenBack'] },
    sentence: `The snapshot "{snapshot}" of "{name}" {outcome, select,
      kept {was finished.}
      takenBack {was being made when the agent died. It was taken back; make it again.}
    }`,
  },
  'found-ended-saving': {
    params: { name: 'text' },
    sentence: '"{name}" ended while its memory was being saved. Its disk is whole; start it again.',
  },
  'found-restore': {
    params: { name: 'text', outcome: ['finished', 'takenBack'] },
    sentence: `{outcome, select,
      finished {The restore of "{name}" was finished.}
      takenBack {"{name}" was being restored when the agent died. That was taken back; restore it again.}
    }`,
  },
  'found-class-change': {
    params: { name: 'text', class: 'text', outcome: ['finished', 'takenBack'] },
    sentence: `The change of "{name}" to the class "{class}" {outcome, select,
      finished {was finished.}
      takenBack {was interrupted and taken back.}
    }`,
  },
  'found-class-change-because': {
    params: { change: 'sentence', why: 'sentence' },
    sentence: '{change} {why}',
  },
  'found-class-change-failed': {
    params: { name: 'text', why: 'sentence' },
    sentence: 'The change of class of "{name}" could not be finished. {why}',
  },
  /** Why a sandbox fell back to its former class. */
  'change-not-converted': { sentence: 'The disk could not be converted.' },
  'change-agent-died': { sentence: 'The agent died while it was changing the class.' },
  'change-end-unseen': { sentence: 'It ended, and nobody saw how.' },
  'change-ended-at-once': { params: { how: 'sentence' }, sentence: 'It ended at once. {how}' },
})
