import { defineSentences } from '../reasons/define.ts'

/** What a change of class does, loses and keeps: items of lists, without a full stop. */
export const classPlanSentences = defineSentences({
  'step-stop': {
    params: { seconds: 'number' },
    sentence: 'Stop it, within {seconds} s at most',
  },
  'step-convert': {
    params: { mebibytes: 'number' },
    sentence: 'Convert its disk ({mebibytes} MiB)',
  },
  'step-start': {
    params: { class: 'text' },
    sentence: 'Start it in the class "{class}", and see whether it holds',
  },
  'lost-memory': { sentence: 'Memory: every process in it ends and the main one starts anew' },
  'lost-connections': { sentence: 'Connections, terminals and commands that are open now' },
  'lost-pause': { sentence: 'The pause: it runs afterwards' },
  'lost-named-pipes': { sentence: 'Named pipes that its programs made: gVisor has them in memory alone' },
  'kept-disk': { sentence: 'Its disk: every file with owner, mode, links and attributes' },
  'kept-name': { sentence: 'Name, labels and logs' },
  'kept-network': { sentence: 'Ports, network and mounts' },
  'kept-settings': { sentence: 'Limits, grants and settings' },
})
