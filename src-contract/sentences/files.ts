import { defineSentences } from '../reasons/define.ts'

/** Why a file stands in the way of a snapshot or a change of class, each after a colon; and what a copy leaves out. */
export const fileSentences = defineSentences({
  'copy-skipped': {
    params: { path: 'text', why: ['fifo', 'socket', 'device', 'gone', 'leadsOut', 'mounted'] },
    sentence: `{path} {why, select,
      fifo {is a named pipe}
      socket {is a socket}
      device {is a device}
      gone {was gone before it could be read}
      mounted {is mounted in the sandbox}
      leadsOut {is a link that would lead elsewhere on this machine}
    }.`,
  },
  'copy-skipped-more': { params: { count: 'number' }, sentence: 'And {count} more.' },
  'file-too-deep': { sentence: 'folders are nested deeper than one path can name.' },
  'file-copy-not-exact': { params: { words: 'sentence' }, sentence: 'the copy is not exact: {words}' },
  'copy-of-other-kind': { sentence: 'its kind or mode differs.' },
  'copy-of-other-owner': { sentence: 'its owner differs.' },
  'copy-of-other-size': { sentence: 'its size differs.' },
  'copy-with-other-links': { sentence: 'it has other hard links.' },
  'copy-of-other-length': {
    params: { wanted: 'number', found: 'number' },
    sentence: '{wanted, plural, one {# entry} other {# entries}} became {found}.',
  },
  'copy-missing': { sentence: 'it is missing.' },
  'file-gone-meanwhile': { sentence: 'it was not there any more when it was copied.' },
  'file-of-name-missing': { sentence: 'a file that it is a name of is missing.' },
  'file-name-too-long': { params: { limit: 'number' }, sentence: 'its name has more than {limit} bytes.' },
  'file-path-too-long': { sentence: 'its path is too long.' },
})
