import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { type Sentence, sentence } from '#contract/sentence'
import { readScript } from '../base/process/scripts.ts'
import type { Drivers, ProcessPlan } from '../engines/driver.ts'
import { signalProcess } from '../io/streams/guest-process.ts'
import { createPipes } from '../io/streams/pipes.ts'
import { startExec } from '../io/streams/start-exec.ts'
import { runInside } from '../observe/selftest/run-inside.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

interface Deps {
  readonly folder: StateFolder
  readonly log: Logger
  readonly drivers: Drivers
}

const renewMs = 20_000

/**
 * In a fork whose processes go on, what makes it another machine is changed from inside: its engine knows the files of the
 * saved moment, and would not see them change below it. Never rejects; gives sentences for what could not be done.
 */
export async function renewInside(deps: Deps, { sandbox }: SandboxRecord, signal: AbortSignal): Promise<Sentence[]> {
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  const plan: ProcessPlan = {
    argv: ['sh', '-c', readScript('renew-identity'), 'joey-renew', randomBytes(16).toString('hex')],
    env: [`PATH=${path}`],
    cwd: '/',
    uid: 0,
    gid: 0,
    additionalGids: [],
    tty: false,
  }
  try {
    const command = await driverOf(deps, sandbox.class).exec(deps.folder.sandbox(sandbox.id), sandbox.id, plan)
    const options = { stdin: false, pipes: createPipes(), signalProcess }
    const { code, output } = await runInside(command, (each) => startExec(each, options), {
      signal,
      timeoutMs: renewMs,
      maxBytes: 1024,
    })
    if (code !== 0) throw new Error(`It ended with ${code}.`)
    if (!output.includes('keys')) return []
    return [sentence('fork-host-keys', { made: 'no' })]
  } catch (err) {
    deps.log.warn({ err, id: sandbox.id }, 'the identity of a fork could not be renewed from inside')
    return [sentence('fork-identity-kept', { name: sandbox.name })]
  }
}
