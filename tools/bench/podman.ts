import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findSystemProgram } from '#contract/client/system-program'

/** Podman on a storage of its own below a folder, with an image of a tree. */
export interface Podman {
  /** Runs one command line of it, and waits for its end. */
  run(words: readonly string[]): void
}

/** Of hard limits that may not be raised here, podman asks for more by default. */
const configuration = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n'

export function isPodmanThere(): boolean {
  return findSystemProgram('podman') !== null
}

/** Imports the tree as the image `tree`. Only where podman is there. */
export function preparePodman(folder: string, tree: string): Podman {
  const program = findSystemProgram('podman') ?? 'podman'
  mkdirSync(folder, { recursive: true })
  const settings = join(folder, 'containers.conf')
  writeFileSync(settings, configuration)
  const options = [
    ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')],
    ...['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'],
  ]
  const env = { ...process.env, CONTAINERS_CONF: settings }
  const run = (words: readonly string[]): void => {
    execFileSync(program, [...options, ...words], { env, stdio: 'ignore' })
  }
  const archive = join(folder, 'tree.tar')
  execFileSync('tar', ['-cf', archive, '-C', tree, '.'])
  run(['import', archive, 'tree'])
  return { run }
}
