import { defineSentences } from '../reasons/define.ts'

/** What an export left out, and what its reader should know. */
export const exportSentences = defineSentences({
  'export-while-running': {
    sentence:
      'It was running: files that changed while they were read may be half written. Stop it or make a snapshot for an exact copy.',
  },
  'export-without-volumes': {
    params: { places: 'text' },
    sentence: 'What is in its volumes is not contained: {places}.',
  },
  'export-without-devices': {
    params: { count: 'number' },
    sentence: '{count, plural, one {# device node} other {# device nodes}} left out: engines make their own.',
  },
  'export-without-sockets': {
    params: { count: 'number' },
    sentence: '{count, plural, one {# socket} other {# sockets}} left out: programs make them anew.',
  },
  'export-without-attributes': {
    params: { count: 'number' },
    sentence:
      '{count, plural, one {# attribute} other {# attributes}} left out that images cannot hold (trusted.*, or a name with "=").',
  },
  'export-without-names': {
    params: { count: 'number' },
    sentence:
      '{count, plural, one {# file} other {# files}} left out whose name starts with ".wh.": in an image that deletes.',
  },
  'export-without-files': {
    params: { count: 'number' },
    sentence: '{count, plural, one {# file} other {# files}} with secrets left out.',
  },
  'export-without-variables': { params: { names: 'text' }, sentence: 'Left out of the environment: {names}.' },
  'export-without-memory': { sentence: 'Memory of live snapshots is left out: a bundle carries disks.' },
  'export-without-pending': { sentence: 'What was set for its next start is not contained: it leaves as it is now.' },
  'export-without-image': {
    params: { image: 'text' },
    sentence: 'The image {image} is not in it: the other side needs the same one.',
  },
})
