import { createInterface } from 'node:readline'
import { endGroup } from '../base/process/kill-group.ts'
import { findResource } from '../base/process/resources.ts'
import { type ChildProcessWithoutNullStreams, start, whenStarted } from '../base/process/run.ts'

/** Has the kernel identify who is at the other end of a connection, by joey-outside, because Node cannot. */
export interface Peers {
  /** What joey-outside reports of a descriptor of the agent: see resources/outside/README.md. "unknown" where nothing can be said. */
  identify(descriptor: number): Promise<string>
  close(): Promise<void>
}

const silent = 'unknown'

/** Rejects where peers cannot be identified here: no program for this processor, or a machine that lets nobody look at processes. */
export async function openPeers(): Promise<Peers> {
  const program = findResource(`outside/${process.arch}/joey-outside`)
  if (program === null) throw new Error(`There is no joey-outside for ${process.arch}.`)
  let helper: Promise<Helper> | null = startHelper(program)
  await helper
  const query = async (descriptor: number): Promise<string | null> => {
    const current = (helper ??= startHelper(program))
    const answer = await current.then((it) => it.identify(descriptor)).catch(() => null)
    if (answer === null && helper === current) helper = null
    return answer
  }
  return {
    // Once more where it has ended, whatever has ended it: nobody is refused for that.
    identify: async (descriptor) => (await query(descriptor)) ?? (await query(descriptor)) ?? silent,
    async close() {
      await helper?.then((it) => it.close()).catch(() => undefined)
    },
  }
}

interface Helper {
  /** Null: it has ended. */
  identify(descriptor: number): Promise<string | null>
  close(): Promise<void>
}

async function startHelper(program: string): Promise<Helper> {
  const child = start(program, ['peers', String(process.pid)])
  await whenStarted(child, program)
  const waiting: ((answer: string | null) => void)[] = []
  let isOver = false
  const next = () => new Promise<string | null>((resolve) => (isOver ? resolve(null) : void waiting.push(resolve)))
  readLines(child, (line) => waiting.shift()?.(line))
  child.once('close', () => {
    isOver = true
    for (const give of waiting.splice(0)) give(null)
  })
  if ((await next()) !== 'ready') throw new Error('joey-outside cannot look at connections of the agent.')
  return {
    identify(descriptor) {
      const answer = next()
      child.stdin.write(`${descriptor}\n`)
      return answer
    },
    close: () => endGroup(child, 0),
  }
}

function readLines(child: ChildProcessWithoutNullStreams, onLine: (line: string) => void): void {
  createInterface({ input: child.stdout }).on('line', onLine)
  child.stderr.resume()
  // It has ended; whoever waits gets null by that.
  child.stdin.on('error', () => undefined)
}
