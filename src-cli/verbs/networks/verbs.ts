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
      name: 'network ls',
      summary: 'List networks with who is on them.',
      load: async () => (await import('./network-ls.ts')).networkLs,
    },
    {
      name: 'network create',
      summary: 'Make a network.',
      load: async () => (await import('./network-create.ts')).networkCreate,
    },
    {
      name: 'network inspect',
      summary: 'Show everything about networks, as JSON.',
      load: async () => (await import('./network-ls.ts')).networkInspect,
    },
    {
      name: 'network rm',
      summary: 'Remove networks that nothing uses.',
      load: async () => (await import('./network-rm.ts')).networkRm,
    },
    {
      name: 'network prune',
      summary: 'Remove all networks that nothing uses.',
      load: async () => (await import('./network-rm.ts')).networkPrune,
    },
    {
      name: 'network connect',
      summary: 'Put sandboxes on a further network.',
      load: async () => (await import('./network.ts')).networkConnect,
    },
    {
      name: 'network disconnect',
      summary: 'Take sandboxes off a network.',
      load: async () => (await import('./network.ts')).networkDisconnect,
    },
    {
      name: 'network join',
      summary: 'Put sandboxes on one network alone, where they reach each other by name.',
      load: async () => (await import('./network.ts')).networkJoin,
    },
    {
      name: 'network leave',
      summary: 'Take sandboxes off all their shared networks.',
      load: async () => (await import('./network.ts')).networkLeave,
    },
  ],
}
