import { fileURLToPath } from 'node:url'
import { run } from '../base/process/run.ts'

const source = fileURLToPath(new URL('../../tools/programs/c/watcher.c', import.meta.url))

/** Builds a program for any image that prints what inotify says of the folders named to it. */
export async function buildWatchingProgram(path: string): Promise<void> {
  await run('gcc', ['-static', '-O1', '-Wall', '-Werror', '-o', path, source], { timeoutMs: 60_000 })
}
