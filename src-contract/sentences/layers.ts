import { defineSentences } from '../reasons/define.ts'

const layerKinds = ['file', 'folder', 'link', 'fifo', 'socket', 'char', 'block'] as const

const kindWords = `file {a file}
  folder {a folder}
  link {a symbolic link}
  fifo {a FIFO}
  socket {a socket}
  char {a character device}
  block {a block device}`

/**
 * What a check finds in the layers of a snapshot. A path is as the guest sees it; without one it is of the disk of a
 * micro-VM as a whole.
 */
export const layerSentences = defineSentences({
  'layer-gone': { sentence: 'The layer is gone.' },
  'layer-not-sealed': { sentence: 'The layer was never sealed, so there is nothing to compare it with.' },
  'layer-tree-not-sealed': { sentence: 'The tree of the layer is not sealed.' },
  'layer-seal-unreadable': { sentence: 'The file seal.json of the layer is not readable.' },
  'layer-index-missing': { sentence: 'The index of the layer is missing.' },
  'layer-index-changed': { sentence: 'The index of the layer does not fit its checksum.' },
  'layer-index-unreadable': { sentence: 'The index of the layer is not readable.' },
  'layer-not-as-written': { sentence: 'One of its layers is not what was written.' },
  'layer-entry-gone': {
    params: { path: 'text?' },
    sentence: '{path, select, = {The disk} other {{path}}} is gone.',
  },
  'layer-entry-new': {
    params: { path: 'text?' },
    sentence: '{path, select, = {The disk} other {{path}}} was not there.',
  },
  'layer-entry-not-listed': {
    params: { path: 'text?' },
    sentence: 'The index has no readable line for {path, select, = {the disk} other {{path}}}.',
  },
  'layer-entry-kind': {
    params: { path: 'text?', is: layerKinds, was: layerKinds },
    sentence: `{path, select, = {The disk} other {{path}}} is {is, select, ${kindWords}} and was {was, select, ${kindWords}}.`,
  },
  'layer-entry-mode': {
    params: { path: 'text?', is: 'text', was: 'text' },
    sentence: 'The mode of {path, select, = {the disk} other {{path}}} is {is} and was {was}.',
  },
  'layer-entry-owner': {
    params: { path: 'text?', is: 'text', was: 'text' },
    sentence: 'The owner of {path, select, = {the disk} other {{path}}} is {is} and was {was}.',
  },
  'layer-entry-size': {
    params: { path: 'text?', is: 'number', was: 'number' },
    sentence: 'The size of {path, select, = {the disk} other {{path}}} is {is} and was {was}.',
  },
  'layer-entry-content': {
    params: { path: 'text?' },
    sentence: 'The content of {path, select, = {the disk} other {{path}}} has changed.',
  },
  'layer-entry-time': {
    params: { path: 'text?' },
    sentence: 'The time of {path, select, = {the disk} other {{path}}} has changed.',
  },
  'layer-entry-target': {
    params: { path: 'text?' },
    sentence: '{path, select, = {The disk} other {{path}}} leads elsewhere.',
  },
  'layer-entry-links': {
    params: { path: 'text?' },
    sentence: '{path, select, = {The disk} other {{path}}} has other hard links.',
  },
  'layer-entry-device': {
    params: { path: 'text?' },
    sentence: '{path, select, = {The disk} other {{path}}} is another device.',
  },
  'layer-entry-attributes': {
    params: { path: 'text?' },
    sentence: 'The attributes of {path, select, = {the disk} other {{path}}} have changed.',
  },
})
