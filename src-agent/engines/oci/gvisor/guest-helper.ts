import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import type { SandboxPaths } from '../../../state/sandbox-paths.ts'
import type { Engine } from '../flavour.ts'
import { buildProcess, insidePath } from '../runtime-config.ts'

/** What the agent has the probe do inside, where it lies in every sandbox, whatever the image has. */
export interface GuestHelper {
  /** Has gVisor's kernel write out all that it keeps back of files. */
  flush(id: SandboxId, paths: SandboxPaths): Promise<void>
  /** Processes that run already have the name too. */
  setHostname(id: SandboxId, paths: SandboxPaths, name: string): Promise<void>
  /**
   * Ends what was started in the sandbox by `exec`, and its children that still have a stream of that: gVisor would save the
   * number of the stream, and no sentry that comes later has a stream there.
   */
  endCommands(id: SandboxId, paths: SandboxPaths, main: { readonly tty: boolean }): Promise<void>
  /** Sends a signal to the main process; with no other folder than that of the engine, because a signal comes without. */
  signalMain(id: SandboxId, number: number): Promise<void>
  /** What gVisor's kernel knows of its network connections: see open-connections.ts. */
  readConnections(id: SandboxId, paths: SandboxPaths): Promise<string>
}

interface HelperDeps {
  readonly engine: Engine
  readonly engineName: (id: SandboxId) => string
  readonly runtimeRoot: string
}

export function createGuestHelper({ engine, engineName, runtimeRoot }: HelperDeps): GuestHelper {
  const help = async (
    id: SandboxId,
    { run }: Pick<SandboxPaths, 'run'>,
    args: readonly string[],
    capabilities: string[] = [],
  ) => {
    const plan = { argv: [insidePath, ...args], env: [], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }
    const file = join(run, `help-${randomBytes(6).toString('hex')}.json`)
    const process = buildProcess(plan, { maxOpenFiles: 64 }, { capabilities, gainsRights: false })
    await writeFile(file, JSON.stringify(process), { mode: 0o600 })
    try {
      return await engine(['exec', '--process', file, engineName(id)])
    } catch (cause) {
      throw appError('help-inside-failed', {}, { cause, detail: String(cause) })
    } finally {
      await rm(file, { force: true })
    }
  }
  return {
    async flush(id, paths) {
      await help(id, paths, ['--sync'])
    },
    async setHostname(id, paths, name) {
      await help(id, paths, ['--hostname', name], ['CAP_SYS_ADMIN'])
    },
    async endCommands(id, paths, { tty }) {
      // The main process's streams are the first that there were: three, or one terminal.
      await help(id, paths, ['--let-go', tty ? '1' : '3'], ['CAP_KILL', 'CAP_SYS_PTRACE', 'CAP_DAC_OVERRIDE'])
    },
    async signalMain(id, number) {
      await help(id, { run: runtimeRoot }, ['--signal', String(number)], ['CAP_KILL'])
    },
    async readConnections(id, paths) {
      return (await help(id, paths, ['--connections'])).stdout
    },
  }
}
