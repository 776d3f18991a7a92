import { randomBytes } from 'node:crypto'
import type { ProcessPlan } from '../engines/driver.ts'
import { driverOf } from '../sandboxes/context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { runInside } from '../observe/selftest/run-inside.ts'
import { signalProcess } from '../io/streams/guest-process.ts'
import { createPipes } from '../io/streams/pipes.ts'
import { startExec } from '../io/streams/start-exec.ts'
import type { SnapshotGround } from './snapshot-ground.ts'

/** With what is in nearly every image. A file that is a link is left alone: where it leads, others may rely on it. */
const script = `set -u; id=$1; failed=0
renew() { if [ -s "$1" ] && [ -f "$1" ] && [ ! -L "$1" ]; then echo "$id" > "$1" || failed=1; fi; }
seed() { if [ -f "$1" ] && [ ! -L "$1" ]; then head -c 512 /dev/urandom > "$1" || failed=1; fi; }
renew /etc/machine-id; renew /var/lib/dbus/machine-id
seed /var/lib/systemd/random-seed; seed /var/lib/urandom/random-seed
for key in /etc/ssh/ssh_host_*_key; do
  [ -f "$key" ] || continue
  rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub || failed=1
  ssh-keygen -A > /dev/null 2>&1 || echo keys
  break
done
exit $failed`

const renewMs = 20_000

/**
 * In a fork whose processes go on, what makes it another machine is changed from inside: its engine knows the files of the
 * saved moment, and would not see them change below it. Never rejects; gives sentences for what could not be done.
 */
export async function renewInside(
  { context }: SnapshotGround,
  { sandbox }: SandboxRecord,
  signal: AbortSignal,
): Promise<string[]> {
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  const plan: ProcessPlan = {
    argv: ['sh', '-c', script, 'joey-renew', randomBytes(16).toString('hex')],
    env: [`PATH=${path}`],
    cwd: '/',
    uid: 0,
    gid: 0,
    additionalGids: [],
    tty: false,
  }
  try {
    const command = await driverOf(context, sandbox.class).exec(context.folder.sandbox(sandbox.id), sandbox.id, plan)
    const options = { stdin: false, pipes: createPipes(), signalProcess }
    const { code, output } = await runInside(command, (each) => startExec(each, options), {
      signal,
      timeoutMs: renewMs,
      maxBytes: 1024,
    })
    if (code !== 0) throw new Error(`It ended with ${code}.`)
    if (!output.includes('keys')) return []
    return ['SSH host keys of the parent were left out of the forks. Make new ones inside with "ssh-keygen -A".']
  } catch (err) {
    context.log.warn({ err, id: sandbox.id }, 'the identity of a fork could not be renewed from inside')
    return [
      `The machine id and the SSH host keys in "${sandbox.name}" are still those of its parent: they could not be renewed from inside.`,
    ]
  }
}
