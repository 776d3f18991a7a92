import { closeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import type { ExecCommand } from '../drivers/driver.ts'
import { endGroup } from '../process/kill-group.ts'
import { type ChildProcess, start, whenStarted } from '../process/run.ts'
import { awaitProcess, type HostProcess, isAlive, killTree, type SignalProcess } from './guest-process.ts'
import type { Pipes } from './pipes.ts'

/** A command that runs in a sandbox, with pipes. */
export interface ExecChild {
  readonly stdin: Socket | null
  readonly stdout: Socket
  readonly stderr: Socket
  /** The exit code of the engine's program, which is the guest's unless the engine failed. */
  readonly exited: Promise<number>
  /** The process inside, once there is one; null where there never was. */
  readonly inside: Promise<HostProcess | null>
  /** Sends a signal to the process inside, as soon as there is one. */
  signal(name: NodeJS.Signals): Promise<void>
  /** Kills the process inside with all it started, and the engine's program where that does not end by it. */
  kill(): Promise<void>
}

const insideMs = 2_000

/** Starts the command. Rejects where the engine's program itself is missing. */
export async function startExec(
  command: ExecCommand,
  options: { readonly stdin: boolean; readonly pipes: Pipes; readonly signalProcess: SignalProcess },
): Promise<ExecChild> {
  const { pipes, signalProcess } = options
  const stdin = options.stdin ? await pipes.toChild() : null
  const [stdout, stderr] = [await pipes.fromChild(), await pipes.fromChild()]
  const child = start(command.program, command.args, {
    env: { ...command.env },
    stdio: [stdin?.childEnd ?? 'ignore', stdout.childEnd, stderr.childEnd],
  })
  const exited = exitOf(child)
  for (const pipe of [stdin, stdout, stderr]) if (pipe) closeSync(pipe.childEnd)
  await whenStarted(child, command.program)
  const over = new AbortController()
  void exited.then(() => over.abort())
  const inside = awaitProcess(command.pidFile, over.signal)
  return {
    stdin: stdin?.ownEnd ?? null,
    stdout: stdout.ownEnd,
    stderr: stderr.ownEnd,
    exited,
    inside,
    async signal(name) {
      const target = await inside
      if (target && (await isAlive(target))) signalProcess(target.pid, name)
    },
    async kill() {
      const target = await Promise.race([inside, after(insideMs)])
      if (target) await killTree(target, signalProcess)
      await Promise.race([exited, after(insideMs)])
      await endGroup(child, 0)
    },
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref())
}
