import { defineSentences } from '../reasons/define.ts'

/** Why a command helps, where only the place of the failure knows which. */
export const remedySentences = defineSentences({
  // The line below a failure.
  'remedy-line': { params: { why: 'text', command: 'text' }, sentence: '{why}: {command}' },
  'remedy-start-agent': { sentence: 'Start the agent' },
  'remedy-log': { params: { path: 'text' }, sentence: 'The log: {path}' },
  'remedy-lists-records': {
    sentence: 'Lists them. Each start of the agent tries them again; "joey records drop" gives one up.',
  },
  'remedy-removes-leftovers': { sentence: 'Lists them, asks, and removes them.' },
  'remedy-installs': { params: { program: 'text' }, sentence: 'Installs {program}.' },
  'remedy-starts-as-root': { sentence: 'Starts the agent as root; its socket is yours.' },
  'remedy-installs-for-root': { sentence: 'Installs the agent where only root can change it' },
  'remedy-firewalld': {
    sentence: 'Lets firewalld forward for sandboxes. What they may reach is still decided by Joey.',
  },
  'remedy-forward': { sentence: 'Lets it forward for sandboxes. What they may reach is still decided by Joey.' },
})
