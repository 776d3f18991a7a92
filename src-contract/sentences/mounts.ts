import { defineSentences } from '../reasons/define.ts'

/** Why a path of this machine is not mounted; each follows a colon. */
export const mountSentences = defineSentences({
  'path-of-joey': { sentence: 'it holds the state or the socket of Joey itself.' },
  'path-whole-home': {
    sentence:
      'it is a whole home or the whole system, with keys and settings in it. Mount the folder in it that you need.',
  },
  'path-of-installation': { sentence: 'it holds what Joey itself runs from.' },
  'path-shared': {
    sentence:
      'programs of everybody keep their temporary files and sockets in it. Mount a folder in it that is your own.',
  },
  'path-hidden-in-home': {
    sentence:
      'hidden files and folders of a home hold settings, keys and credentials, and start programs of whom it belongs to.',
  },
  'path-of-programs-in-home': {
    params: { folder: 'text' },
    sentence: '{folder} in a home holds programs or profiles of whom it belongs to.',
  },
  'path-by-another-name': {
    params: { alias: 'text', objection: 'sentence' },
    sentence: 'it is {alias} by another name, and {objection}',
  },
  'path-of-kernel': { params: { type: 'text' }, sentence: "it shows the kernel's own state ({type})." },
  'path-of-system': {
    params: { folder: 'text' },
    sentence: '{folder} belongs to the system. Copy what you need to a folder of your own and mount that.',
  },
})
