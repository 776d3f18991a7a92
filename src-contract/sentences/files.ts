import { defineSentences } from '../reasons/define.ts'

/** Why a file stands in the way of a snapshot or a change of class; each follows a colon. */
export const fileSentences = defineSentences({
  'file-too-deep': { sentence: 'folders are nested deeper than one path can name.' },
  'file-copy-not-exact': { params: { words: 'text' }, sentence: 'the copy is not exact: {words}' },
  'file-gone-meanwhile': { sentence: 'it was not there any more when it was copied.' },
  'file-of-name-missing': { sentence: 'a file that it is a name of is missing.' },
  'file-name-too-long': { params: { limit: 'number' }, sentence: 'its name has more than {limit} bytes.' },
  'file-path-too-long': { sentence: 'its path is too long.' },
})
