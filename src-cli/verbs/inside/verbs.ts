import type { VerbGroup } from '../../command/verb.ts'

export const insideVerbs: VerbGroup = {
  title: 'In a sandbox',
  verbs: [
    {
      name: 'exec',
      summary: 'Run a command in a running sandbox.',
      load: async () => (await import('./exec.ts')).exec,
    },
    {
      name: 'attach',
      summary: 'Show a terminal of a sandbox, or its main process, here.',
      load: async () => (await import('./attach.ts')).attach,
    },
    {
      name: 'terminals',
      summary: 'List the terminals of a sandbox.',
      load: async () => (await import('./terminals.ts')).terminals,
    },
    {
      name: 'top',
      summary: 'Show the processes in a sandbox.',
      load: async () => (await import('./top.ts')).top,
    },
  ],
}
