export const common = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  copyThing: 'Copy {{thing}}',
  copyFailed: 'Could not copy',
  remove: 'Remove',
  save: 'Save',
  edit: 'Edit',
  details: 'Details',
  show: 'Show',
  hide: 'Hide',
  none: 'None',
  noLimit: 'No limit',
  more: 'More',
  loading: 'Loading…',
  remedy: { retry: 'Try again', startAgent: 'Start the agent', runCommand: 'Copy command', openLog: 'Show log' },
} as const

/** By `reason` of the wire error; where a key is missing the agent's own sentence is shown. */
export const errors = {
  'bad-answer':
    'The agent and this window do not understand each other. They are probably of different versions: restart both.',
  'stream-timeout': 'The connection to the agent did not open in time.',
} as const
