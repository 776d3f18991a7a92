import type { SandboxId } from '#contract/sandbox'
import type { Driver } from '../../engines/driver.ts'
import { insidePath } from '../../engines/oci/runtime-config.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import type { Pipes } from '../../io/streams/pipes.ts'
import { startExec } from '../../io/streams/start-exec.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'

/** How joey-inside brings about an event: see resources/inside/source/touch.c. */
export type TouchKind = 'gvisor' | 'gvisor-pipes' | 'microvm'

export interface Telling {
  readonly driver: Pick<Driver, 'exec'>
  readonly id: SandboxId
  readonly paths: SandboxPaths
  readonly pipes: Pipes
}

/** A kernel that is emulated has had a second for a thousand of them. */
const patienceMs = 30_000
const asRoot = { env: ['PATH=/'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }

/** Has the kernel of a guest notify who watches these paths (latin1, from the target of a mount on). */
export async function tellGuest(
  { driver, id, paths, pipes }: Telling,
  kind: TouchKind,
  target: string,
  changed: readonly string[],
): Promise<void> {
  const command = await driver.exec(paths, id, { argv: [insidePath, '--touch', kind, target], ...asRoot })
  try {
    const child = await startExec(command, { stdin: true, pipes, signalProcess })
    for (const stream of [child.stdout, child.stderr]) stream.on('error', () => undefined).resume()
    const timer = setTimeout(() => void child.kill().catch(() => undefined), patienceMs)
    // It may end before it has read all.
    child.stdin?.on('error', () => undefined).end(Buffer.from(changed.map((path) => `${path}\0`).join(''), 'latin1'))
    const code = await child.exited.finally(() => clearTimeout(timer))
    for (const stream of [child.stdout, child.stderr]) stream.destroy()
    if (code !== 0) throw new Error(`joey-inside ended with ${code}.`)
  } finally {
    await command.dispose()
  }
}
