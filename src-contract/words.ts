/*
 * What single words must look like. Apart from the schemas that are made of them, because the command line checks such a
 * word before it asks anybody, and building the schemas takes longer than most commands.
 */

/** A pattern, and what is said of a word that does not fit. */
export interface WordForm {
  readonly pattern: RegExp
  readonly problem: string
}

/** As Docker has it, with an end, and with no dot at it: `web.` and `web` are one name on a network. */
export const sandboxName: WordForm = {
  pattern: /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9_-])?$/,
  problem:
    'A name has 1 to 63 letters, digits, dashes, underscores and dots, begins with a letter or digit and does not end with a dot.',
}

export const sandboxRef: WordForm = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
  problem: 'Not a name or id of a sandbox.',
}

export const networkName: WordForm = {
  pattern: /^[a-z0-9][a-z0-9-]{0,30}$/,
  problem: 'The name of a network has 1 to 31 small letters, digits and dashes.',
}

/** As Docker names them. 64 hexadecimal digits are the name of one that belongs to a sandbox. */
export const volumeName: WordForm = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
  problem:
    'The name of a volume has 1 to 128 letters, digits, dots, dashes and underscores, and begins with a letter or digit.',
}

/** A part of a name in DNS, short enough for the names of its sandboxes. */
export const functionName: WordForm = {
  pattern: /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,39}$/,
  problem:
    'The name of a function has 1 to 40 small letters, digits and single dashes, begins with a letter and does not end with a dash.',
}

/** In an address it stands before the name: `TAG--NAME.localhost`. */
export const functionTag: WordForm = {
  pattern: /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,18}$/,
  problem: 'A tag has 1 to 19 small letters, digits and single dashes, and begins with a letter.',
}

export const signalName: WordForm = {
  pattern: /^(SIG)?[A-Z][A-Z0-9+-]{1,9}$|^[1-9][0-9]?$/,
  problem: 'Not the name or number of a signal.',
}

/** What can be waited for, besides the end of a run. */
export const awaitedConditions = ['running', 'healthy', 'removed'] as const

/** The limits of processes that there are, by Docker's names, each at the place of its number in Linux (but on MIPS and the like). */
export const ulimitNames = [
  ...(['cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'nproc', 'nofile', 'memlock'] as const),
  ...(['as', 'locks', 'sigpending', 'msgqueue', 'nice', 'rtprio', 'rttime'] as const),
] as const

/** Every sandbox has this oom_score_adj at least, so that it goes before anything of the machine. */
export const leastOomScore = 500

/** Weakest first. */
export const isolationClasses = ['container', 'gvisor', 'microvm'] as const

/** Intents and facts about a sandbox: `SandboxState` says which is what. */
export const sandboxStates = [
  ...(['creating', 'created', 'starting', 'running', 'paused', 'stopping', 'stopped', 'changing', 'removing'] as const),
] as const

/** What checks of a sandbox have shown. */
export const healthStates = ['starting', 'healthy', 'unhealthy'] as const

/** The programs that containers can be run by, the faster one first. */
export const containerRuntimes = ['crun', 'runc'] as const
export type ContainerRuntime = (typeof containerRuntimes)[number]

/** First byte of a binary frame from the agent: which of the process's streams the rest belongs to. */
export const StreamByte = { stdout: 1, stderr: 2 } as const

/** A viewer acknowledges at least this often; must stay well below the window, or both sides wait for ever. */
export const terminalAckBytes = 64 * 1024

/** Between checks of health: each takes processor time of this machine. */
export const shortestCheckMs = 100

/** The size of /dev/shm where nobody has chosen one; Docker's too. */
export const usualShmBytes = 64 * 1024 * 1024
