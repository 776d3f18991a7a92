import type { VerbGroup } from '../../command/verb.ts'

export const functionVerbs: VerbGroup = {
  title: 'Functions',
  verbs: [
    {
      name: 'fn deploy',
      summary: 'Make a function, or a new revision of one.',
      load: async () => (await import('./fn-deploy.ts')).fnDeploy,
    },
    {
      name: 'fn ls',
      summary: 'List functions with what runs for them.',
      load: async () => (await import('./fn-ls.ts')).fnLs,
    },
    {
      name: 'fn inspect',
      summary: 'Show everything about functions, as JSON.',
      load: async () => (await import('./fn-ls.ts')).fnInspect,
    },
    {
      name: 'fn invoke',
      summary: 'Call a function.',
      load: async () => (await import('./fn-invoke.ts')).fnInvoke,
    },
    {
      name: 'fn calls',
      summary: 'List the last calls of a function.',
      load: async () => (await import('./fn-calls.ts')).fnCalls,
    },
    {
      name: 'fn traffic',
      summary: 'Share the calls between revisions.',
      load: async () => (await import('./fn-traffic.ts')).fnTraffic,
    },
    {
      name: 'fn rollback',
      summary: 'Send all calls to an earlier revision.',
      load: async () => (await import('./fn-traffic.ts')).fnRollback,
    },
    {
      name: 'fn rm',
      summary: 'Remove functions.',
      load: async () => (await import('./fn-rm.ts')).fnRm,
    },
  ],
}
