import type { VerbGroup } from '../../command/verb.ts'

export const isolationVerbs: VerbGroup = {
  title: 'Isolation',
  verbs: [
    {
      name: 'class ls',
      summary: 'Show what each isolation class is and costs here.',
      load: async () => (await import('./class-ls.ts')).classLs,
    },
    {
      name: 'class set',
      summary: 'Change the isolation class of a sandbox, keeping its disk.',
      load: async () => (await import('./class-set.ts')).classSet,
    },
    {
      name: 'isolation',
      summary: 'Show what is shared, as observed, with scores.',
      load: async () => (await import('./isolation.ts')).isolation,
    },
    {
      name: 'selftest',
      summary: 'Check the isolation of a sandbox from inside.',
      load: async () => (await import('./selftest.ts')).selftest,
    },
    {
      name: 'grant',
      summary: 'Give a sandbox what is refused by default.',
      load: async () => (await import('./grant.ts')).grant,
    },
    {
      name: 'revoke',
      summary: 'Take back what a sandbox was granted.',
      load: async () => (await import('./grant.ts')).revoke,
    },
  ],
}
