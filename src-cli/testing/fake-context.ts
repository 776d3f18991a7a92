import { PassThrough } from 'node:stream'
import type { Client } from '#contract/client/client'
import type { Context } from '../context.ts'
import { recordOutput } from './record-output.ts'

/** A context without a process around it: outputs are kept, standard input is a pipe that the test writes to. */
export function fakeContext(socketPath: string, client: Partial<Client> = {}) {
  const stdin = new PassThrough()
  const [stdout, stderr] = [recordOutput(), recordOutput()]
  const context: Context = {
    env: {},
    cwd: '/',
    uid: 0,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout,
    stderr,
    place: { home: '/home', run: '/run', socketPath },
    client: client as Client,
    agentEntry: '/agent.js',
    onLeave: () => () => undefined,
  }
  return { context, stdin, stdout, stderr }
}
