import type { VerbGroup } from '../../command/verb.ts'

export const networkVerbs: VerbGroup = {
  title: 'Networks',
  verbs: [
    {
      name: 'port',
      summary: 'Show where the ports of a sandbox are on this machine.',
      load: async () => (await import('./port.ts')).port,
    },
    {
      name: 'network join',
      summary: 'Put sandboxes on a network where they reach each other by name.',
      load: async () => (await import('./network.ts')).networkJoin,
    },
    {
      name: 'network leave',
      summary: 'Take sandboxes off their shared network.',
      load: async () => (await import('./network.ts')).networkLeave,
    },
  ],
}
