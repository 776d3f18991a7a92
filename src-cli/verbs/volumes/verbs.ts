import type { VerbGroup } from '../../command/verb.ts'

export const volumeVerbs: VerbGroup = {
  title: 'Volumes',
  verbs: [
    {
      name: 'volume ls',
      summary: 'List volumes with their sizes and who uses them.',
      load: async () => (await import('./volume-ls.ts')).volumeLs,
    },
    {
      name: 'volume create',
      summary: 'Make an empty volume.',
      load: async () => (await import('./volume-create.ts')).volumeCreate,
    },
    {
      name: 'volume inspect',
      summary: 'Show everything about volumes, as JSON.',
      load: async () => (await import('./volume-ls.ts')).volumeInspect,
    },
    {
      name: 'volume export',
      summary: 'Write what is in a volume to a tar file.',
      load: async () => (await import('./volume-archive.ts')).volumeExport,
    },
    {
      name: 'volume import',
      summary: 'Make a tar file the content of a volume.',
      load: async () => (await import('./volume-archive.ts')).volumeImport,
    },
    {
      name: 'volume rm',
      summary: 'Remove volumes with everything in them.',
      load: async () => (await import('./volume-rm.ts')).volumeRm,
    },
    {
      name: 'volume prune',
      summary: 'Remove volumes that nothing uses.',
      load: async () => (await import('./volume-rm.ts')).volumePrune,
    },
  ],
}
