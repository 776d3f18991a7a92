import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finished, run } from '../../process/run.ts'

/**
 * This machine's own Debian as another tree: what is written there stays in memory and goes with it. It has the packages that
 * this machine has, its kernel and its network, and no systemd: /run is empty.
 */
export interface DebianTree {
  /** A folder of this machine's disk that is seen in the tree under the same path. */
  readonly disk: string
  /** Runs a program in the tree, as root with an empty environment. */
  run(program: string, ...args: readonly string[]): Promise<Finished>
  /** The same, with what it reads. */
  shell(script: string): Promise<Finished>
  /** Started, not waited for. */
  start(program: string, ...args: readonly string[]): ChildProcess
  dispose(): Promise<void>
}

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' }
const deadlineMs = 120_000

/** Enters a mount namespace of its own, makes the tree its root, and waits there until it is killed. */
const enter = `set -e
mount -t tmpfs -o mode=755 tree "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" tree "$1/root"
cd "$1/root"
for each in proc sys dev; do mount --rbind "/$each" "$each"; done
mount -t tmpfs -o mode=755 run run
mkdir -p ".$2" .old
mount --bind "$2" ".$2"
pivot_root . .old
umount -l /.old
echo ready
exec sleep infinity`

export async function makeDebianTree(): Promise<DebianTree> {
  const place = mkdtempSync(join(tmpdir(), 'tree-'))
  // Short, because paths of sockets are.
  const disk = mkdtempSync('/tmp/jy-')
  mkdirSync(join(disk, 'state'), { mode: 0o700 })
  const keeper = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', enter, 'sh', place, disk], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [first] = (await Promise.race([once(keeper.stdout, 'data'), once(keeper, 'exit')])) as [unknown]
  if (!Buffer.isBuffer(first)) throw new Error('The tree could not be made.')
  const inside = (words: readonly string[]): [string, string[]] => [
    'nsenter',
    [`--mount=/proc/${keeper.pid}/ns/mnt`, '--', ...words],
  ]
  const runInside = (...words: readonly string[]) => {
    const [program, args] = inside(words)
    return run(program, args, { env: environment, timeoutMs: deadlineMs })
  }
  return {
    disk,
    run: runInside,
    shell: (script) => runInside('sh', '-c', script),
    start(...words) {
      const [program, args] = inside(words)
      return spawn(program, args, { env: environment, stdio: 'ignore' })
    },
    async dispose() {
      const ended = once(keeper, 'exit')
      keeper.kill('SIGKILL')
      await ended
      for (const folder of [place, disk]) rmSync(folder, { recursive: true, force: true })
    },
  }
}
