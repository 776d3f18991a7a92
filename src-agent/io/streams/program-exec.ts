import { closeSync, fchownSync } from 'node:fs'
import { constants } from 'node:os'
import { endGroup } from '../../base/process/kill-group.ts'
import { type Program, startProgram } from '../../base/process/run.ts'
import type { ProgramCommand } from '../../engines/driver.ts'
import type { ExecChild, ExecOptions } from './exec-child.ts'
import { execFailed, explainExecFailure, explainRefusal } from './exec-failure.ts'
import { awaitInside, wasInside } from './inside-process.ts'
import type { Pipe } from './pipes.ts'

const insideMs = 2_000

/** Runs a command by an engine's program, with pipes. */
export async function startProgramExec(command: ProgramCommand, options: ExecOptions): Promise<ExecChild> {
  const { pipes, signalProcess } = options
  const stdin = options.stdin ? await pipes.toChild() : null
  const [stdout, stderr] = [await pipes.fromChild(), await pipes.fromChild()]
  if (command.streamsOwner !== null) giveTo(command.streamsOwner, [stdin, stdout, stderr])
  const child = await startProgram(command.program, command.args, {
    env: { ...command.env },
    goesFirst: true,
    stdio: [stdin?.childEnd ?? 'ignore', stdout.childEnd, stderr.childEnd],
  }).finally(() => {
    for (const pipe of [stdin, stdout, stderr]) if (pipe) closeSync(pipe.childEnd)
  })
  const exited = exitOf(child)
  const over = new AbortController()
  void exited.then(() => over.abort())
  const inside = awaitInside(command, signalProcess, over.signal)
  return {
    stdin: stdin?.ownEnd ?? null,
    stdout: stdout.ownEnd,
    stderr: stderr.ownEnd,
    exited,
    started: inside.then((found) => found !== null),
    signal: async (name) => (await inside)?.signal(name),
    async kill() {
      const target = await Promise.race([inside, after(insideMs)])
      if (target) await target.kill()
      await Promise.race([exited, after(insideMs)])
      await endGroup(child, 0)
    },
    async explain(words, program) {
      const code = await exited
      if (code === 0) return null
      const refusal = command.reach === null ? explainRefusal(code, words, program) : null
      if (refusal !== null || (await wasInside(command))) return refusal
      const failure = explainExecFailure(words, program)
      if (failure) return failure
      throw execFailed(words)
    },
  }
}

/** Who opens a stream by its name has to be its owner. */
function giveTo({ uid, gid }: NonNullable<ProgramCommand['streamsOwner']>, streams: readonly (Pipe | null)[]): void {
  for (const stream of streams) if (stream) fchownSync(stream.childEnd, uid, gid)
}

function exitOf(child: Program): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref())
}
