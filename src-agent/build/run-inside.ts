import { once } from 'node:events'
import { stoppedBy } from '../base/process/tool-errors.ts'
import type { ExecChild } from '../io/streams/exec-child.ts'
import { pump } from '../io/streams/exec-output.ts'
import { signalProcess } from '../io/streams/guest-process.ts'
import type { Pipes } from '../io/streams/pipes.ts'
import type { FrameSender } from '../io/streams/socket-frames.ts'
import { startExec } from '../io/streams/start-exec.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import { createStagingFile } from '../storage/images/staging-file.ts'

export interface InsideDeps {
  readonly sandboxes: Pick<SandboxService, 'find' | 'planExec'>
  readonly pipes: Pipes
}

/** Where output goes, and whether it takes more at the moment. */
export interface Sink extends Pick<FrameSender, 'isFull' | 'room'> {
  take(stream: 'stdout' | 'stderr', chunk: Buffer): void
}

export interface InsideCommand {
  /** Of a running sandbox. */
  readonly ref: string
  readonly argv: readonly string[]
  /** Beside what the sandbox has. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: AsyncIterable<Uint8Array>
  readonly sink: Sink
  readonly signal: AbortSignal
}

/** Runs a command in a sandbox that the agent has made for work of its own, and gives its exit code. Stopping kills it. */
export async function runInside(
  deps: InsideDeps,
  { ref, argv, env = {}, input, sink, signal }: InsideCommand,
): Promise<number> {
  if (signal.aborted) throw stoppedBy(signal)
  const wish = { argv: [...argv], env: { ...env }, cwd: null, user: null, tty: false }
  const { command } = await deps.sandboxes.planExec(deps.sandboxes.find(ref), wish)
  try {
    const child = await startExec(command, { stdin: input !== undefined, pipes: deps.pipes, signalProcess })
    const kill = (): void => void child.kill().catch(() => undefined)
    signal.addEventListener('abort', kill, { once: true })
    if (signal.aborted) kill()
    try {
      return await follow(child, { input, sink, signal })
    } finally {
      signal.removeEventListener('abort', kill)
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
    }
  } finally {
    await command.dispose()
  }
}

async function follow(
  child: ExecChild,
  { input, sink, signal }: Pick<InsideCommand, 'sink' | 'signal'> & { readonly input: InsideCommand['input'] },
): Promise<number> {
  const pumps = (['stdout', 'stderr'] as const).map((name) =>
    pump(child[name], sink, (chunk) => sink.take(name, chunk)),
  )
  const fed = input === undefined ? Promise.resolve() : feed(child, input)
  // Of input that broke off the program inside knows nothing: it would take the part for the whole.
  fed.catch(() => void child.kill().catch(() => undefined))
  const code = await child.exited
  await Promise.all(pumps.map((each) => each.drained()))
  if (signal.aborted) throw stoppedBy(signal)
  child.stdin?.destroy()
  await fed
  return code
}

/** Ends in peace where the program does not read to the end. */
async function feed({ stdin, exited }: ExecChild, input: AsyncIterable<Uint8Array>): Promise<void> {
  if (stdin === null) return
  const gone = Promise.race([exited, once(stdin, 'close')]).then(() => 'gone' as const)
  stdin.on('error', () => {})
  for await (const chunk of input) {
    if (stdin.destroyed) return
    if (stdin.write(chunk)) continue
    if ((await Promise.race([once(stdin, 'drain'), gone])) === 'gone') return
  }
  stdin.end()
}

/** Keeps the last words, and drops the rest. */
export function keepWords(mostBytes = 64 * 1024): Sink & { words(stream: 'stdout' | 'stderr'): string } {
  const kept = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  return {
    isFull: () => false,
    room: () => Promise.resolve(),
    take(stream, chunk) {
      kept[stream] = Buffer.concat([kept[stream], chunk]).subarray(-mostBytes)
    },
    words: (stream) => kept[stream].toString('utf8'),
  }
}

/** Writes standard output to a new file, and stops at so many bytes. */
export function toFile(path: string, mostBytes: number, onTooLarge: () => void) {
  const file = createStagingFile(path)
  const words = keepWords()
  let failure: Error | null = null
  let bytes = 0
  file.on('error', (error) => {
    failure = error
  })
  const sink: Sink = {
    isFull: () => file.writableNeedDrain && failure === null,
    room: async () => {
      if (file.writableNeedDrain && failure === null) await Promise.race([once(file, 'drain'), once(file, 'close')])
    },
    take(stream, chunk) {
      if (stream === 'stderr') return words.take(stream, chunk)
      bytes += chunk.length
      if (bytes <= mostBytes) return void file.write(chunk)
      onTooLarge()
    },
  }
  return {
    sink,
    words: () => words.words('stderr'),
    /** Rejects where the file is not whole. */
    async close(): Promise<void> {
      if (failure === null && !file.closed) {
        file.end()
        await once(file, 'close').catch(() => undefined)
      }
      if (failure !== null) throw failure
    },
  }
}
