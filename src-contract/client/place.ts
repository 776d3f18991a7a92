import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const machinesHome = '/var/lib/joey'

/** Where an agent keeps its state and where it answers. */
export interface Place {
  /** The state folder; the agent owns it. */
  readonly home: string
  /** Socket, engine state, and whatever must not survive a restart of the machine. */
  readonly run: string
  readonly socketPath: string
}

/**
 * The one rule for every process: `JOEY_HOME` if set (the socket lies below it, so that tests and second
 * agents do not meet), else /var/lib/joey and /run/joey for root, else the XDG folders of the user.
 */
export function findPlace(env: Readonly<Record<string, string | undefined>>, uid: number): Place {
  const own = env['JOEY_HOME']
  if (own !== undefined && own !== '') {
    const home = resolve(own)
    const found = place(home, join(home, 'run'))
    if (uid === 0) return found
    const ofAccount = socketFor(uid, home)
    return existsSync(ofAccount) ? { ...found, socketPath: ofAccount } : found
  }
  if (uid === 0) return place(machinesHome, '/run/joey')
  // The machine's agent, where it was started for this account.
  const served = socketFor(uid)
  if (existsSync(served)) return { home: machinesHome, run: '/run/joey', socketPath: served }
  const data = env['XDG_DATA_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'share')
  const runtime = env['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`
  return place(join(data, 'joey'), join(runtime, 'joey'))
}

/**
 * Whom the window runs as where root opens it: an id that nothing else on this machine has, the first of the last range of
 * Joey's own area of ids (src-agent/base/kernel/id-ranges.ts). An account that others share, as nobody, must never be let use the agent.
 */
export const windowAccount = 0x7fff_0000

/**
 * Where an agent that runs as root answers to one other account: in a folder of that account's own, because the agent's run
 * folder must stay closed to everybody but root. Agents of other state folders than the machine's have sockets beside it.
 */
export function socketFor(uid: number, home = machinesHome): string {
  return join(accountFolder(uid), home === machinesHome ? 'joeyd.sock' : `${tagOf(home)}.sock`)
}

/** The folder below /run that an account's sockets lie in, and, for the window, its own things. */
export function accountFolder(uid: number): string {
  return `/run/joey-users/${uid}`
}

/** Six hexadecimal digits that tell one state folder from another. */
export function tagOf(home: string): string {
  return createHash('sha256').update(home).digest('hex').slice(0, 6)
}

function place(home: string, run: string): Place {
  return { home, run, socketPath: join(run, 'joeyd.sock') }
}
