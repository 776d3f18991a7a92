import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

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
    return place(home, join(home, 'run'))
  }
  if (uid === 0) return place('/var/lib/joey', '/run/joey')
  // The machine's agent, where it was started for this account.
  const served = socketFor(uid)
  if (existsSync(served)) return { home: '/var/lib/joey', run: '/run/joey', socketPath: served }
  const data = env['XDG_DATA_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'share')
  const runtime = env['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`
  return place(join(data, 'joey'), join(runtime, 'joey'))
}

/**
 * Where an agent that runs as root answers to one other account. A folder of that account's own, with nothing but the
 * socket in it: the agent's run folder must stay closed to everybody but root.
 */
export function socketFor(uid: number): string {
  return `/run/joey-users/${uid}/joeyd.sock`
}

function place(home: string, run: string): Place {
  return { home, run, socketPath: join(run, 'joeyd.sock') }
}
