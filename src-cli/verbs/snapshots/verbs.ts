import type { VerbGroup } from '../../command/verb.ts'

export const snapshotVerbs: VerbGroup = {
  title: 'Snapshots',
  verbs: [
    {
      name: 'snapshot create',
      summary: 'Keep a sandbox as it is now.',
      load: async () => (await import('./snapshot-create.ts')).snapshotCreate,
    },
    {
      name: 'snapshot ls',
      summary: 'List snapshots.',
      load: async () => (await import('./snapshot-ls.ts')).snapshotLs,
    },
    {
      name: 'snapshot tree',
      summary: 'Show what was made from what.',
      load: async () => (await import('./snapshot-ls.ts')).snapshotTree,
    },
    {
      name: 'snapshot diff',
      summary: 'Compare two snapshots, or one with now.',
      load: async () => (await import('../files/diff.ts')).snapshotDiff,
    },
    {
      name: 'snapshot restore',
      summary: 'Put a sandbox back to where it was.',
      load: async () => (await import('./snapshot-restore.ts')).snapshotRestore,
    },
    {
      name: 'snapshot fork',
      summary: 'Make new sandboxes from a snapshot or a sandbox.',
      load: async () => (await import('./snapshot-fork.ts')).snapshotFork,
    },
    {
      name: 'snapshot rm',
      summary: 'Remove snapshots.',
      load: async () => (await import('./snapshot-rm.ts')).snapshotRm,
    },
    {
      name: 'snapshot prune',
      summary: 'Remove what the rules of keeping no longer keep.',
      load: async () => (await import('./snapshot-rm.ts')).snapshotPrune,
    },
    {
      name: 'snapshot verify',
      summary: 'Compare snapshots with their checksums.',
      load: async () => (await import('./snapshot-rm.ts')).snapshotVerify,
    },
    {
      name: 'snapshot schedule',
      summary: 'Have snapshots made by the clock, when idle, before a stop.',
      load: async () => (await import('./snapshot-schedule.ts')).snapshotSchedule,
    },
  ],
}
