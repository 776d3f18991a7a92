import { defineSentences } from '../reasons/define.ts'

/** What is wrong with a description in an image; each follows a colon and ends with what it stands in. */
export const imageSentences = defineSentences({
  'description-not-json': { sentence: 'it is not JSON' },
  'description-field': {
    params: { field: 'text?', fault: ['nul', 'digest', 'form'], words: 'text' },
    sentence: `{field, select, = {} other {{field}: }}{fault, select,
      nul {a text in an image must not hold a NUL}
      digest {only sha256 digests are supported}
      form {{words}}
    }`,
  },
})
