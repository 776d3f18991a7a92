import { lchownSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { accountFolder, socketFor, tagOf, windowAccount } from '#contract/client/place'
import { joeyScript, root } from '../paths.ts'
import type { Command } from '../set-up/display.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Whom the window runs as where root opens it. */
export interface WindowAccount {
  readonly uid: number
  readonly gid: number
  /** Where an account of this machine lives; null for the window's own id, which has neither name nor home. */
  readonly home: string | null
}

/**
 * By whom root was asked: who has become root by `sudo` sees the window as themselves, with their folders and their theme.
 * Otherwise an id that nobody else has. Null where this is not root, and nothing has to change.
 */
export function chooseWindowAccount(uid: number, env: Variables, passwd: string): WindowAccount | null {
  if (uid !== 0) return null
  const asker = env['SUDO_UID']
  for (const line of passwd.split('\n')) {
    const [, , lineUid, gid = '', , home = ''] = line.split(':')
    if (asker && lineUid === asker && Number(asker) > 0 && /^\d+$/.test(gid) && home.startsWith('/')) {
      return { uid: Number(asker), gid: Number(gid), home }
    }
  }
  return { uid: windowAccount, gid: windowAccount, home: null }
}

/** {@link chooseWindowAccount} for who runs this. */
export function findWindowAccount(): WindowAccount | null {
  return chooseWindowAccount(process.getuid?.() ?? -1, process.env, readFileSync('/etc/passwd', 'utf8'))
}

/** Folders of a window that runs as another account than who opens it. */
export interface WindowFolders {
  /** Position, log, Chromium's profile. */
  readonly home: string
  /** Where pictures go that this start waits for. */
  readonly pictures: string
}

/** Where that account's window keeps its things: with a state folder of one's own, away from those of the machine's. */
export function windowFolders({ uid, home }: WindowAccount, env: Variables): WindowFolders {
  const pictures = accountFolder(uid)
  const own = env['JOEY_HOME']
  if (own) return { home: join(pictures, `window-${tagOf(realHome(own))}`), pictures }
  return { home: home === null ? `/var/lib/joey-users/${uid}` : join(home, '.config', 'joey'), pictures }
}

/** What the program is, and what it finds around it. */
export interface WindowCommand extends Command {
  readonly env: NodeJS.ProcessEnv
}

/**
 * The command that shows the window as that account. It is run as root, and becomes the account: as-account.sh, which takes what it
 * needs from the environment because Playwright puts arguments of its own before all others.
 */
export function asAccount(account: WindowAccount, { program, args, env }: WindowCommand): WindowCommand {
  const { uid, gid, home } = account
  const folders = windowFolders(account, env)
  const base = env['JOEY_HOME'] ? realHome(env['JOEY_HOME']) : undefined
  return {
    program: join(import.meta.dirname, 'as-account.sh'),
    args,
    env: {
      ...env,
      ...(base === undefined ? {} : { JOEY_HOME: base }),
      JOEY_AS: `${uid} ${gid} ${home === null ? 'clear' : 'init'}`,
      JOEY_AS_PROGRAM: program,
      JOEY_AS_APP: root,
      JOEY_AS_JOEY: joeyScript,
      JOEY_AS_HOME: home ?? folders.home,
      JOEY_WINDOW_HOME: folders.home,
      JOEY_STARTER: `8 9 ${socketFor(uid, base)}`,
    },
  }
}

/** Makes what only root can: the folders above those that the account makes for itself. */
export function prepareFolders({ uid, gid, home }: WindowAccount): void {
  const folders = [accountFolder(uid), ...(home === null ? [`/var/lib/joey-users/${uid}`] : [])]
  for (const folder of folders) {
    mkdirSync(join(folder, '..'), { recursive: true, mode: 0o755 })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    lchownSync(folder, uid, gid)
  }
}

/** As the agent names it, which opens it without links. */
function realHome(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path // not made yet
  }
}
