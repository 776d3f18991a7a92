import type { VerbGroup } from '../../command/verb.ts'

export const archiveVerbs: VerbGroup = {
  title: 'Export and import',
  verbs: [
    {
      name: 'export',
      summary: 'Write a sandbox or snapshot to a file.',
      load: async () => (await import('./export.ts')).exportVerb,
    },
    {
      name: 'import',
      summary: 'Make a sandbox from a bundle.',
      load: async () => (await import('./import.ts')).importVerb,
    },
    {
      name: 'signing key',
      summary: 'Show the key that signs bundles.',
      load: async () => (await import('./signing.ts')).signingKey,
    },
    {
      name: 'signing trust',
      summary: 'Trust the bundles of somebody.',
      load: async () => (await import('./signing.ts')).signingTrust,
    },
    {
      name: 'commit',
      summary: 'Make an image of what is in a sandbox.',
      load: async () => (await import('./commit.ts')).commit,
    },
  ],
}
