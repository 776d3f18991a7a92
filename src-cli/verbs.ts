import type { Command } from './command/command.ts'

export interface Verb {
  /** One or two words. */
  readonly name: string
  readonly group: string
  readonly summary: string
  /** Only the verb that is called is loaded. */
  readonly load: () => Promise<Command>
}

const life = 'Sandboxes'
const inside = 'In a sandbox'
const watching = 'Watching'
const walls = 'Isolation'
const networks = 'Networks'
const snapshots = 'Snapshots'
const files = 'Files'
const archives = 'Export and import'
const images = 'Images'
const agent = 'Agent and host'

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [
  {
    name: 'run',
    group: life,
    summary: 'Create a sandbox from an image and run a command in it.',
    load: async () => (await import('./verbs/sandboxes/run.ts')).run,
  },
  { name: 'ls', group: life, summary: 'List sandboxes.', load: async () => (await import('./verbs/sandboxes/ls.ts')).ls },
  {
    name: 'inspect',
    group: life,
    summary: 'Show everything about sandboxes, as JSON.',
    load: async () => (await import('./verbs/sandboxes/inspect.ts')).inspect,
  },
  {
    name: 'start',
    group: life,
    summary: 'Start stopped sandboxes with the disk they have.',
    load: async () => (await import('./verbs/start.ts')).start,
  },
  {
    name: 'stop',
    group: life,
    summary: 'Stop sandboxes: ask, wait, then kill.',
    load: async () => (await import('./verbs/stop.ts')).stop,
  },
  {
    name: 'kill',
    group: life,
    summary: 'Send a signal to the main process of sandboxes.',
    load: async () => (await import('./verbs/kill.ts')).kill,
  },
  {
    name: 'restart',
    group: life,
    summary: 'Stop sandboxes that run, then start them.',
    load: async () => (await import('./verbs/restart.ts')).restart,
  },
  {
    name: 'pause',
    group: life,
    summary: 'Freeze every process in sandboxes.',
    load: async () => (await import('./verbs/pause.ts')).pause,
  },
  {
    name: 'resume',
    group: life,
    summary: 'Let paused sandboxes go on.',
    load: async () => (await import('./verbs/resume.ts')).resume,
  },
  {
    name: 'rename',
    group: life,
    summary: 'Give a sandbox another name.',
    load: async () => (await import('./verbs/sandboxes/rename.ts')).rename,
  },
  {
    name: 'update',
    group: life,
    summary: 'Change the limits of sandboxes, at once where they run.',
    load: async () => (await import('./verbs/sandboxes/update.ts')).update,
  },
  {
    name: 'rm',
    group: life,
    summary: 'Remove sandboxes with their disks and logs.',
    load: async () => (await import('./verbs/sandboxes/rm.ts')).rm,
  },
  {
    name: 'wait',
    group: life,
    summary: 'Wait until sandboxes have ended, and print their exit codes.',
    load: async () => (await import('./verbs/wait.ts')).wait,
  },
  {
    name: 'exec',
    group: inside,
    summary: 'Run a command in a running sandbox.',
    load: async () => (await import('./verbs/inside/exec.ts')).exec,
  },
  {
    name: 'attach',
    group: inside,
    summary: 'Show a terminal of a sandbox, or its main process, here.',
    load: async () => (await import('./verbs/inside/attach.ts')).attach,
  },
  {
    name: 'terminals',
    group: inside,
    summary: 'List the terminals of a sandbox.',
    load: async () => (await import('./verbs/inside/terminals.ts')).terminals,
  },
  {
    name: 'logs',
    group: watching,
    summary: 'Print the log of the main process of a sandbox.',
    load: async () => (await import('./verbs/watching/logs.ts')).logs,
  },
  {
    name: 'stats',
    group: watching,
    summary: 'Show what running sandboxes use.',
    load: async () => (await import('./verbs/watching/stats.ts')).stats,
  },
  {
    name: 'events',
    group: watching,
    summary: 'Follow what happens.',
    load: async () => (await import('./verbs/watching/events.ts')).events,
  },
  {
    name: 'class ls',
    group: walls,
    summary: 'Show what each isolation class is and costs here.',
    load: async () => (await import('./verbs/isolation/class-ls.ts')).classLs,
  },
  {
    name: 'class set',
    group: walls,
    summary: 'Change the isolation class of a sandbox, keeping its disk.',
    load: async () => (await import('./verbs/isolation/class-set.ts')).classSet,
  },
  {
    name: 'isolation',
    group: walls,
    summary: 'Show what is shared, as observed, with scores.',
    load: async () => (await import('./verbs/isolation/isolation.ts')).isolation,
  },
  {
    name: 'selftest',
    group: walls,
    summary: 'Check the wall of a sandbox from inside.',
    load: async () => (await import('./verbs/isolation/selftest.ts')).selftest,
  },
  {
    name: 'grant',
    group: walls,
    summary: 'Give a sandbox what is refused by default.',
    load: async () => (await import('./verbs/isolation/grant.ts')).grant,
  },
  {
    name: 'revoke',
    group: walls,
    summary: 'Take back what a sandbox was granted.',
    load: async () => (await import('./verbs/isolation/grant.ts')).revoke,
  },
  {
    name: 'network join',
    group: networks,
    summary: 'Put sandboxes on a network where they reach each other by name.',
    load: async () => (await import('./verbs/networks/network.ts')).networkJoin,
  },
  {
    name: 'network leave',
    group: networks,
    summary: 'Take sandboxes off their shared network.',
    load: async () => (await import('./verbs/networks/network.ts')).networkLeave,
  },
  {
    name: 'snapshot create',
    group: snapshots,
    summary: 'Keep a sandbox as it is now.',
    load: async () => (await import('./verbs/snapshots/snapshot-create.ts')).snapshotCreate,
  },
  {
    name: 'snapshot ls',
    group: snapshots,
    summary: 'List snapshots.',
    load: async () => (await import('./verbs/snapshots/snapshot-ls.ts')).snapshotLs,
  },
  {
    name: 'snapshot tree',
    group: snapshots,
    summary: 'Show what was made from what.',
    load: async () => (await import('./verbs/snapshots/snapshot-ls.ts')).snapshotTree,
  },
  {
    name: 'snapshot diff',
    group: snapshots,
    summary: 'Compare two snapshots, or one with now.',
    load: async () => (await import('./verbs/files/diff.ts')).snapshotDiff,
  },
  {
    name: 'snapshot restore',
    group: snapshots,
    summary: 'Put a sandbox back to where it was.',
    load: async () => (await import('./verbs/snapshots/snapshot-restore.ts')).snapshotRestore,
  },
  {
    name: 'snapshot fork',
    group: snapshots,
    summary: 'Make new sandboxes from a snapshot or a sandbox.',
    load: async () => (await import('./verbs/snapshots/snapshot-fork.ts')).snapshotFork,
  },
  {
    name: 'snapshot rm',
    group: snapshots,
    summary: 'Remove snapshots.',
    load: async () => (await import('./verbs/snapshots/snapshot-rm.ts')).snapshotRm,
  },
  {
    name: 'snapshot prune',
    group: snapshots,
    summary: 'Remove what the rules of keeping no longer keep.',
    load: async () => (await import('./verbs/snapshots/snapshot-rm.ts')).snapshotPrune,
  },
  {
    name: 'snapshot verify',
    group: snapshots,
    summary: 'Compare snapshots with their checksums.',
    load: async () => (await import('./verbs/snapshots/snapshot-rm.ts')).snapshotVerify,
  },
  {
    name: 'snapshot schedule',
    group: snapshots,
    summary: 'Have snapshots made by the clock, when idle, before a stop.',
    load: async () => (await import('./verbs/snapshots/snapshot-schedule.ts')).snapshotSchedule,
  },
  {
    name: 'diff',
    group: files,
    summary: 'List what a sandbox has written.',
    load: async () => (await import('./verbs/files/diff.ts')).diff,
  },
  {
    name: 'files ls',
    group: files,
    summary: 'List a folder of a sandbox, snapshot or image.',
    load: async () => (await import('./verbs/files/files.ts')).filesLs,
  },
  {
    name: 'files cat',
    group: files,
    summary: 'Print a file.',
    load: async () => (await import('./verbs/files/files.ts')).filesCat,
  },
  {
    name: 'files put',
    group: files,
    summary: 'Copy files of this machine into a sandbox.',
    load: async () => (await import('./verbs/files/files.ts')).filesPut,
  },
  {
    name: 'files get',
    group: files,
    summary: 'Copy files to this machine.',
    load: async () => (await import('./verbs/files/files.ts')).filesGet,
  },
  {
    name: 'files find',
    group: files,
    summary: 'Search names and contents.',
    load: async () => (await import('./verbs/files/files.ts')).filesFind,
  },
  {
    name: 'files du',
    group: files,
    summary: 'Show what eats the disk.',
    load: async () => (await import('./verbs/files/files.ts')).filesDu,
  },
  {
    name: 'export',
    group: archives,
    summary: 'Write a sandbox or snapshot to a file.',
    load: async () => (await import('./verbs/archives/export.ts')).exportVerb,
  },
  {
    name: 'import',
    group: archives,
    summary: 'Make a sandbox from a bundle.',
    load: async () => (await import('./verbs/archives/import.ts')).importVerb,
  },
  {
    name: 'signing key',
    group: archives,
    summary: 'Show the key that signs bundles.',
    load: async () => (await import('./verbs/archives/signing.ts')).signingKey,
  },
  {
    name: 'signing trust',
    group: archives,
    summary: 'Trust the bundles of somebody.',
    load: async () => (await import('./verbs/archives/signing.ts')).signingTrust,
  },
  {
    name: 'image ls',
    group: images,
    summary: 'List images.',
    load: async () => (await import('./verbs/images/image-ls.ts')).imageLs,
  },
  {
    name: 'image import',
    group: images,
    summary: 'Import an image from an archive or a folder.',
    load: async () => (await import('./verbs/image-import.ts')).imageImport,
  },
  {
    name: 'image rm',
    group: images,
    summary: 'Remove images.',
    load: async () => (await import('./verbs/images/image-rm.ts')).imageRm,
  },
  {
    name: 'agent start',
    group: agent,
    summary: 'Start the agent, and wait until it answers.',
    load: async () => (await import('./verbs/agent-start.ts')).agentStart,
  },
  {
    name: 'agent stop',
    group: agent,
    summary: 'Stop the agent. Sandboxes run on unless told otherwise.',
    load: async () => (await import('./verbs/agent/agent-stop.ts')).agentStop,
  },
  {
    name: 'agent status',
    group: agent,
    summary: 'Tell whether the agent runs, and where.',
    load: async () => (await import('./verbs/agent/agent-status.ts')).agentStatus,
  },
  {
    name: 'settings',
    group: agent,
    summary: 'Show or change the settings.',
    load: async () => (await import('./verbs/settings.ts')).settings,
  },
  {
    name: 'doctor',
    group: agent,
    summary: 'Examine what this host offers and lacks.',
    load: async () => (await import('./verbs/agent/doctor.ts')).doctor,
  },
  {
    name: 'version',
    group: agent,
    summary: 'Print the versions of Joey and of the agent.',
    load: async () => (await import('./verbs/agent/version.ts')).version,
  },
]
