import type { VerbGroup } from '../../command/verb.ts'

export const fileVerbs: VerbGroup = {
  title: 'Files',
  verbs: [
    {
      name: 'cp',
      summary: 'Copy between a sandbox and this machine.',
      load: async () => (await import('./cp.ts')).cp,
    },
    {
      name: 'diff',
      summary: 'List what a sandbox has written.',
      load: async () => (await import('./diff.ts')).diff,
    },
    {
      name: 'files ls',
      summary: 'List a folder of a sandbox, snapshot or image.',
      load: async () => (await import('./files.ts')).filesLs,
    },
    {
      name: 'files cat',
      summary: 'Print a file.',
      load: async () => (await import('./files.ts')).filesCat,
    },
    {
      name: 'files put',
      summary: 'Copy files of this machine into a sandbox.',
      load: async () => (await import('./files.ts')).filesPut,
    },
    {
      name: 'files get',
      summary: 'Copy files to this machine.',
      load: async () => (await import('./files.ts')).filesGet,
    },
    {
      name: 'files find',
      summary: 'Search names and contents.',
      load: async () => (await import('./files.ts')).filesFind,
    },
    {
      name: 'files du',
      summary: 'Show what eats the disk.',
      load: async () => (await import('./files.ts')).filesDu,
    },
  ],
}
