import { defineSentences } from '../reasons/define.ts'

const strengths = ['bounded', 'filtered', 'readable', 'reachable', 'shared', 'writable', 'total'] as const
const branches = strengths.map((strength) => `${strength} {${strength}}`).join(' ')

/** The change that takes most out of reach. `cut-to-…` is the change itself, the beginning of the sentence. */
export const isolationCutSentences = defineSentences({
  'cut-narrows-control': {
    params: { change: 'sentence', before: strengths, after: strengths },
    sentence: `{change}: then the way to this machine\u2019s kernel is {after, select, ${branches}}, no longer {before, select, ${branches}}.`,
  },
  'cut-removes': {
    params: { change: 'sentence', nodes: 'sentence' },
    sentence: '{change}: this takes {nodes} out of reach.',
  },
  'cut-parts': {
    params: { change: 'sentence', nodes: 'sentence' },
    sentence: '{change}: then nothing but this machine\u2019s kernel leads to {nodes}.',
  },
  'cut-to-class': { params: { name: 'text', class: 'text' }, sentence: 'Run {name} in the class {class}' },
  'cut-to-no-grant': { params: { grant: 'text', name: 'text' }, sentence: 'Take the grant {grant} back from {name}' },
  'cut-to-no-network': {
    params: { name: 'text', network: 'text' },
    sentence: 'Take {name} off the network {network}',
  },
  'cut-to-no-port': {
    params: { port: 'number', name: 'text' },
    sentence: 'Stop publishing port {port} of {name}',
  },
  'cut-to-read-only': {
    params: { target: 'text', name: 'text' },
    sentence: 'Make {target} in {name} read-only',
  },
  'cut-to-limit': {
    params: { name: 'text', limit: ['memory', 'cpu', 'pids'] },
    sentence: 'Give {name} a limit of {limit, select, memory {memory} cpu {cpu} pids {pids}}',
  },
  'cut-host-kernel': { sentence: 'this machine\u2019s kernel' },
  'nodes-two': { params: { first: 'sentence', second: 'sentence' }, sentence: '{first}, {second}' },
  'nodes-three': {
    params: { first: 'sentence', second: 'sentence', third: 'sentence', more: 'number' },
    sentence: '{first}, {second}, {third}{more, plural, =0 {} other { and # more}}',
  },
})
