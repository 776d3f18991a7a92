/** Names and phases of long work, whatever it is about. */
export const tasks = {
  kind: {
    'image.import': 'Import of {{subject}}',
    other: 'Work on {{subject}}',
    'snapshot.create': 'Snapshot of {{subject}}',
    'snapshot.restore': 'Restore of {{subject}}',
    'snapshot.fork': 'Fork of {{subject}}',
    'snapshot.verify': 'Check of {{subject}}',
    'files.put': 'Copy into {{subject}}',
    'files.get': 'Copy out of {{subject}}',
    'export.scan': 'Scan of {{subject}}',
    'export.run': 'Export of {{subject}}',
    'import.inspect': 'Check of {{subject}}',
    'import.run': 'Import of {{subject}}',
  },
  phase: {
    checking: 'Checking',
    converting: 'Converting',
    unpacking: 'Unpacking',
    packing: 'Packing',
    working: 'Working',
    done: 'Done',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  cancel: 'Cancel: {{task}}',
  cancelFailed: 'It was not cancelled',
} as const
