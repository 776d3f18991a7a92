import { endGroup } from '../../base/process/kill-group.ts'
import { findResource } from '../../base/process/resources.ts'
import { type ChildProcessWithoutNullStreams, start, whenStarted } from '../../base/process/run.ts'

/** What somebody has done to something in a watched folder. */
export interface Change {
  /** Which of the folders, in the order in which they were given. */
  readonly folder: number
  readonly kind: 'content' | 'attributes'
  /** Who did it; the process may have ended. 0: not known. */
  readonly pid: number
  /** From the folder on; latin1, so that every name is kept. */
  readonly path: string
}

export interface WatchListener {
  onChange(change: Change): void
  /** So much has changed in one of the folders that it is not known what. */
  onLost(folder: number): void
  /** More folders are there than may be watched: reported once. */
  onFull(): void
  /** It has ended without being asked to. */
  onEnd(): void
}

/** Folders of this machine that are watched, with all that is below them. */
export interface FolderWatch {
  /** How many folders are watched now. */
  readonly watched: number
  /** Resolves when all that was done before the call has been reported. */
  settled(): Promise<void>
  close(): Promise<void>
}

interface Wish {
  /** Folders, by descriptors of the agent; needed until this resolves. */
  readonly held: readonly string[]
  /** At most so many folders; those near the top come first. */
  readonly most: number
}

/** Deeper than the folders of programs lie. */
const deepest = 32
/** They hold tens of thousands of files that programs which watch leave out themselves. */
export const unwatchedNames = ['node_modules', '.git'] as const

/** Watches folders by joey-outside. Rejects where this machine gives no such watch, which is not an error of the caller's. */
export async function openFolderWatch({ held, most }: Wish, listener: WatchListener): Promise<FolderWatch> {
  const program = findResource(`outside/${process.arch}/joey-outside`)
  if (program === null) throw new Error(`There is no joey-outside for ${process.arch}.`)
  const child = start(program, ['watch', String(most), String(deepest), ...unwatchedNames, '--', ...held])
  await whenStarted(child, program)
  const ready = Promise.withResolvers<void>()
  const asked: (() => void)[] = []
  let watched = 0
  let state: 'opening' | 'open' | 'over' = 'opening'
  const take = (record: string): void => {
    const [word = '', value = ''] = record.split(' ', 2)
    if (word === 'folders') watched = Number(value)
    else if (word === 'lost') listener.onLost(Number(value))
    else if (word === 'full') listener.onFull()
    else if (word === 'synced') asked.shift()?.()
    else if (word === 'ready') {
      state = 'open'
      ready.resolve()
    } else takeChange(record, listener)
  }
  readRecords(child, take)
  const words = collectWords(child)
  child.once('close', () => {
    ready.reject(new Error(words() || 'joey-outside has ended.'))
    for (const resolve of asked.splice(0)) resolve()
    if (state === 'open') listener.onEnd()
    state = 'over'
  })
  await ready.promise
  return {
    get watched() {
      return watched
    },
    settled: () =>
      new Promise((resolve) => {
        if (state === 'over') return resolve()
        asked.push(resolve)
        child.stdin.write('.')
      }),
    async close() {
      state = 'over'
      await endGroup(child, 0)
    },
  }
}

/** `FOLDER c|a PID PATH`: see resources/outside/README.md. */
function takeChange(record: string, { onChange }: WatchListener): void {
  const found = /^(\d+) ([ca]) (-?\d+) (.*)$/s.exec(record)
  if (!found) return
  const [, folder, kind, pid, path = ''] = found
  onChange({
    ...{ folder: Number(folder), pid: Math.max(0, Number(pid)), path },
    kind: kind === 'c' ? 'content' : 'attributes',
  })
}

function readRecords(child: ChildProcessWithoutNullStreams, take: (record: string) => void): void {
  let rest = ''
  child.stdout.setEncoding('latin1')
  child.stdout.on('data', (text: string) => {
    const records = (rest + text).split('\0')
    rest = records.pop() ?? ''
    records.forEach(take)
  })
  // It has ended, which is reported by that.
  child.stdin.on('error', () => undefined)
}

const longestWords = 1024

function collectWords({ stderr }: ChildProcessWithoutNullStreams): () => string {
  let text = ''
  stderr.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('latin1')).slice(0, longestWords)
  })
  return () => text.trim()
}
