import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Problem } from '../problem.ts'

/** What decides whether Chromium can build its sandbox; read from the machine, passed in so that it can be tested. */
export interface SandboxFacts {
  /** Whether an ordinary user may make user namespaces. */
  readonly userNamespaces: boolean
  /** Whether `chrome-sandbox` beside Electron belongs to root and runs as root. */
  readonly helperIsPrivileged: boolean
}

/** Whether Chromium's sandbox works, or needs a helper that is not set up. The window never runs as root. */
export function chooseSandboxMode({ userNamespaces, helperIsPrivileged }: SandboxFacts): 'on' | 'blocked' {
  return userNamespaces || helperIsPrivileged ? 'on' : 'blocked'
}

/** Throws with the remedy where Chromium's sandbox cannot work here. */
export function checkSandbox(executable: string): void {
  const helper = join(dirname(executable), 'chrome-sandbox')
  if (chooseSandboxMode(readFacts(helper)) === 'on') return
  throw new Problem(
    'This system does not let ordinary users make the namespaces that the window is confined with. ' +
      `Give that right to Electron's helper alone, then run this again:\n\n` +
      `  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'\n`,
  )
}

function readFacts(helper: string): SandboxFacts {
  const status = statSync(helper, { throwIfNoEntry: false })
  return {
    // Debian's and Ubuntu's switches, and the limit that every kernel has; one that is not there forbids nothing.
    userNamespaces:
      readSwitch('kernel/unprivileged_userns_clone') !== '0' &&
      readSwitch('kernel/apparmor_restrict_unprivileged_userns') !== '1' &&
      readSwitch('user/max_user_namespaces') !== '0',
    helperIsPrivileged: status !== undefined && status.uid === 0 && (status.mode & 0o4001) === 0o4001,
  }
}

function readSwitch(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return undefined
  }
}
