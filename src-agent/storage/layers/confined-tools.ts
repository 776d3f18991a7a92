import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { confine, type Shown } from '../../base/process/confine.ts'
import { endGroup } from '../../base/process/kill-group.ts'
import { start, whenStarted } from '../../base/process/run.ts'
import { stoppedBy, toolFailed } from '../../base/process/tool-errors.ts'

/** Reading whatever its owner made unreadable; SYS_ADMIN is what the kernel asks for the marks of overlayfs. */
const readingCapabilities = ['DAC_OVERRIDE', 'DAC_READ_SEARCH', 'SYS_ADMIN']

export interface Tool {
  readonly program: string
  readonly args: readonly string[]
  /** The only folders of this machine's state that it sees. */
  readonly shown: readonly Shown[]
  /** Makes entries of any kind and owner. */
  readonly ownsFiles?: boolean
  /** Exit codes that are an answer; 0 otherwise. */
  readonly okExitCodes?: readonly number[]
  /** Yields to everything else on this machine. */
  readonly isPatient?: boolean
}

/** The command line of a program that touches a layer: nothing but the layer is to be seen, and nothing of it is obeyed. */
export function confineTool(tool: Tool): readonly [program: string, args: string[]] {
  const command = tool.isPatient ? ['nice', '-n', '10', tool.program, ...tool.args] : [tool.program, ...tool.args]
  const [program = '', ...args] = command
  return confine(program, args, {
    shown: tool.shown,
    capabilities: readingCapabilities,
    ...(tool.ownsFiles && { ownsFiles: true }),
  })
}

export interface RunningTool {
  readonly stdin: Writable
  readonly stdout: AsyncIterable<Buffer>
  /** Exit code, once it has ended. Rejects where that is not one of those awaited. */
  ended(): Promise<number>
  /** The end of what it said on its error stream. */
  words(): string
  /** Ends it, whatever it does. MUST be called. */
  dispose(): Promise<void>
}

/** Starts a confined program whose streams are used while it runs. */
export async function startTool(tool: Tool, signal: AbortSignal): Promise<RunningTool> {
  if (signal.aborted) throw stoppedBy(signal)
  const [program, args] = confineTool(tool)
  const child = start(program, args)
  await whenStarted(child, program)
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-16_384)
  })
  // A program may end without reading its input; what it says then is the reason.
  child.stdin.on('error', () => {})
  const closed = once(child, 'close')
  closed.catch(() => {})
  const onAbort = (): void => void endGroup(child, 0)
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    stdin: child.stdin,
    stdout: child.stdout as AsyncIterable<Buffer>,
    async ended() {
      const [code] = (await closed) as [number | null]
      if (signal.aborted) throw stoppedBy(signal)
      if (code === null || !(tool.okExitCodes ?? [0]).includes(code)) {
        throw toolFailed([tool.program, ...tool.args], code ?? -1, words)
      }
      return code
    },
    words: () => words,
    async dispose() {
      signal.removeEventListener('abort', onAbort)
      await endGroup(child, 0)
    },
  }
}
