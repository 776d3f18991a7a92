import type { VerbGroup } from '../../command/verb.ts'

export const sandboxVerbs: VerbGroup = {
  title: 'Sandboxes',
  verbs: [
    {
      name: 'run',
      summary: 'Create a sandbox from an image and run a command in it.',
      load: async () => (await import('./run.ts')).run,
    },
    {
      name: 'create',
      summary: 'Create a sandbox as run does, and do not start it.',
      load: async () => (await import('./create.ts')).create,
    },
    {
      name: 'ls',
      summary: 'List sandboxes.',
      load: async () => (await import('./ls.ts')).ls,
    },
    {
      name: 'ps',
      summary: 'The same as ls.',
      load: async () => (await import('./ls.ts')).ls,
    },
    {
      name: 'inspect',
      summary: 'Show everything about sandboxes, as JSON.',
      load: async () => (await import('./inspect.ts')).inspect,
    },
    {
      name: 'start',
      summary: 'Start stopped sandboxes with the disk they have.',
      load: async () => (await import('./start.ts')).start,
    },
    {
      name: 'stop',
      summary: 'Stop sandboxes: ask, wait, then kill.',
      load: async () => (await import('./each.ts')).stop,
    },
    {
      name: 'kill',
      summary: 'Send a signal to the main process of sandboxes.',
      load: async () => (await import('./each.ts')).kill,
    },
    {
      name: 'restart',
      summary: 'Stop sandboxes that run, then start them.',
      load: async () => (await import('./each.ts')).restart,
    },
    {
      name: 'pause',
      summary: 'Freeze every process in sandboxes.',
      load: async () => (await import('./each.ts')).pause,
    },
    {
      name: 'resume',
      summary: 'Let paused sandboxes go on.',
      load: async () => (await import('./each.ts')).resume,
    },
    {
      name: 'unpause',
      summary: 'The same as resume.',
      load: async () => (await import('./each.ts')).resume,
    },
    {
      name: 'rename',
      summary: 'Give a sandbox another name.',
      load: async () => (await import('./rename.ts')).rename,
    },
    {
      name: 'update',
      summary: 'Change the limits of sandboxes, at once where they run.',
      load: async () => (await import('./update.ts')).update,
    },
    {
      name: 'set',
      summary: 'Change ports, limits, variables, the command and all else of a sandbox.',
      load: async () => (await import('./set.ts')).set,
    },
    {
      name: 'rm',
      summary: 'Remove sandboxes with their disks and logs.',
      load: async () => (await import('./rm.ts')).rm,
    },
    {
      name: 'prune',
      summary: 'Remove the sandboxes that do not run.',
      load: async () => (await import('./prune.ts')).prune,
    },
    {
      name: 'wait',
      summary: 'Wait until sandboxes have ended, and print their exit codes.',
      load: async () => (await import('./wait.ts')).wait,
    },
  ],
}
