import { once } from 'node:events'
import { appError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import { confineTool, type RunningTool, startTool } from './confined-tools.ts'

/** Where the programs see what they copy from, and the layer in the making. */
const [live, part] = ['/live', '/part']
const patienceMs = 60 * 60_000
const copyArgs = ['-dR', '--preserve=mode,ownership,timestamps,links,xattr', '--reflink=auto', '--sparse=always']
const attributeArgs = ['--xattrs', '--xattrs-include=*', '--numeric-owner']
/**
 * What no guest brings about by being quick. Of anything else (it has vanished, it is a link now, it has no default access list
 * since it is no folder any more) the next comparison finds that it is missing.
 */
const serious =
  /(No space left on device|Disk quota exceeded|Input\/output error|Read-only file system|Cannot allocate memory|Structure needs cleaning|File name too long|attributes? .*Operation not (supported|permitted))$/

export interface CopyPlaces {
  /** The folder to copy from. */
  readonly source: string
  /** The folder of the layer in the making: `tree`, `delta` and `folders.tar` are in it. */
  readonly part: string
}

/** Two programs that wait for the names of what they shall copy. */
export interface HeldCopy {
  /** Copies entries to `delta` and what folders are (not what is in them) to `folders.tar`. */
  go(copies: readonly string[], folders: readonly string[]): Promise<void>
  dispose(): Promise<void>
}

function shownOf({ source, part: folder }: CopyPlaces) {
  return [
    { from: source, to: live, writable: false },
    { from: folder, to: part, writable: true },
  ]
}

/** Copies everything to `tree`. What vanishes or is replaced meanwhile may be left out. */
export async function copyWhole(run: Run, places: CopyPlaces, signal: AbortSignal): Promise<void> {
  const args = [...copyArgs, '--no-target-directory', '--', `${live}/.`, `${part}/tree`]
  const [program, all] = confineTool({ program: 'cp', args, shown: shownOf(places), ownsFiles: true })
  const { code, stderr } = await run(program, all, { signal, timeoutMs: patienceMs, okExitCodes: [0, 1] })
  if (code !== 0) requireRaced(stderr)
}

/** `isStill`: nothing changes meanwhile, so everything must be there. */
export async function holdCopy(places: CopyPlaces, isStill: boolean, signal: AbortSignal): Promise<HeldCopy> {
  const shown = shownOf(places)
  const copy = ['cp', ...copyArgs, '--parents', '-t', `${part}/delta`, '--']
  const pack = ['--create', `--file=${part}/folders.tar`, '--format=pax', '--pax-option=delete=atime,delete=ctime']
  const tools: RunningTool[] = []
  const dispose = async () => {
    await Promise.all(tools.map((tool) => tool.dispose()))
  }
  const hold = async (program: string, args: readonly string[], okExitCodes: readonly number[]) => {
    const tool = await startTool({ program, args, shown, ownsFiles: true, okExitCodes }, signal)
    tools.push(tool)
    return tool
  }
  try {
    const [copies, folders] = await Promise.all([
      hold('env', [`--chdir=${live}`, 'xargs', '-0', '-r', ...copy], isStill ? [0] : [0, 123]),
      hold(
        'tar',
        [...pack, ...attributeArgs, '-C', live, '--null', '--no-recursion', '-T', '-'],
        isStill ? [0] : [0, 1, 2],
      ),
    ])
    return {
      go: async (names, folderNames) => {
        await Promise.all([
          feed(copies, names),
          feed(
            folders,
            folderNames.map((name) => (name === '' ? '.' : `./${name}`)),
          ),
        ])
      },
      dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function feed(tool: RunningTool, names: readonly string[]): Promise<void> {
  for (let at = 0; at < names.length; at += namesAtOnce) {
    const text = names.slice(at, at + namesAtOnce).map((name) => `${name}\0`)
    if (!tool.stdin.write(Buffer.from(text.join(''), 'latin1')) && !tool.stdin.destroyed) {
      await Promise.race([once(tool.stdin, 'drain'), once(tool.stdin, 'close')])
    }
  }
  tool.stdin.end()
  const drained = drain(tool)
  if ((await tool.ended()) !== 0) requireRaced(tool.words())
  await drained
}

const namesAtOnce = 1_000

async function drain(tool: RunningTool): Promise<void> {
  for await (const _chunk of tool.stdout);
}

/**
 * Makes the folders of `folders.tar` in `tree`, or gives those that are there their owners, modes, times and attributes.
 * Unless the source was paused, what was a folder may have become something else when it was packed.
 */
export async function restoreFolders(run: Run, folder: string, isStill: boolean, signal: AbortSignal): Promise<void> {
  const shown = [{ from: folder, to: part, writable: true }]
  const more = ['--same-owner', '--preserve-permissions', '--delay-directory-restore', '--warning=no-timestamp']
  const args = ['--extract', `--file=${part}/folders.tar`, ...attributeArgs, ...more, '-C', `${part}/tree`]
  const [program, all] = confineTool({ program: 'tar', args, shown, ownsFiles: true })
  await run(program, all, { signal, timeoutMs: patienceMs, okExitCodes: isStill ? [0] : [0, 2] })
}

/** Throws what a program said where that is not only that the guest was quicker. */
function requireRaced(words: string): void {
  if (!words.split('\n').some((line) => serious.test(line.trim()))) return
  throw appError('tool-failed', { what: 'copy', program: 'tar' }, { detail: words.slice(-8_000) })
}
