import { defineSentences } from '../reasons/define.ts'

/** What a change of fields loses and leaves: items of lists and notes. */
export const changePlanSentences = defineSentences({
  'lost-shared-network': {
    params: { network: 'text' },
    sentence: 'Connections with the sandboxes on the network "{network}"',
  },
  'change-keeps-connections': {
    sentence: 'Connections that are open by a port that is no longer published stay until they end.',
  },
  'change-image-below': {
    sentence:
      'What was written in it stays, and hides what the new image has in the same place. Programs of the old image that it changed or removed may not fit the new one.',
  },
})
