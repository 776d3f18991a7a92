import type { VerbGroup } from '../../command/verb.ts'

export const watchingVerbs: VerbGroup = {
  title: 'Watching',
  verbs: [
    {
      name: 'logs',
      summary: 'Print the log of the main process of a sandbox.',
      load: async () => (await import('./logs.ts')).logs,
    },
    {
      name: 'stats',
      summary: 'Show what running sandboxes use.',
      load: async () => (await import('./stats.ts')).stats,
    },
    {
      name: 'events',
      summary: 'Follow what happens.',
      load: async () => (await import('./events.ts')).events,
    },
  ],
}
