import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { say } from '../steps.ts'

/**
 * Makes a folder for everything that a run makes. Short, because the paths of unix sockets below it may not be longer
 * than 107 bytes.
 */
export function makeTestFolder(purpose: 'test' | 'bench' | 'software'): string {
  return mkdtempSync(`/tmp/joey-${purpose}-`)
}

/**
 * The environment of a run: whatever a test forgets to say, it must not touch the state of the person who runs it. Every
 * Node of the run shares what it compiled: a command line that runs from source starts in half the time with it.
 */
export function testEnvironment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, TMPDIR: folder, JOEY_HOME: `${folder}/home`, NODE_COMPILE_CACHE: `${folder}/compiled` }
}

/** Removes the folder, but never with a mount left in it: deleting would reach through to what is mounted. */
export function removeTestFolder(folder: string): void {
  if (readFileSync('/proc/self/mountinfo', 'utf8').includes(`${folder}/`))
    say(`Something is still mounted in ${folder}; it is kept.`)
  else rmSync(folder, { recursive: true, force: true })
}
