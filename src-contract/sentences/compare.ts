import { defineSentences } from '../reasons/define.ts'

/** Why a text is not compared, and what of the packages of a tree could not be read. */
export const compareSentences = defineSentences({
  'text-too-different': { sentence: 'The two differ too much to be shown line by line.' },
  'text-no-file': { sentence: 'It is not a regular file in both trees.' },
  'text-too-large': { params: { mebibytes: 'number' }, sentence: 'The file is larger than {mebibytes} MiB.' },
  'text-is-binary': { sentence: 'The file is not text.' },
  'text-not-utf8': { sentence: 'The file is not text in UTF-8.' },
  'packages-too-many': {
    params: { limit: 'number' },
    sentence: 'The tree names more than {limit} packages; the others are left out.',
  },
  'packages-many-folders': {
    sentence: 'The tree has too many folders; packages of pip and npm may be missing.',
  },
  'packages-record-too-large': {
    params: { manager: ['apk', 'dpkg'] },
    sentence: 'The record of {manager} is too large and was not read.',
  },
  'packages-rpm-older': {
    sentence: 'The record of rpm is in an older format (Berkeley DB or NDB), which is not read.',
  },
  'packages-rpm-damaged': { sentence: 'The record of rpm is damaged or too large and was not read.' },
})
