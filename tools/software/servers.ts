import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'
import { softwareImage } from './images.ts'
import { type Joey, requireText, stopInPeace } from './joey.ts'
import type { Scenario } from './scenario.ts'

/** A page through a published port, before and after it reads its settings anew. */
export const nginx: Scenario = {
  name: 'nginx',
  async run(joey) {
    await joey.start('nginx', ['-p', '80'], softwareImage, 'nginx', '-g', 'daemon off;')
    const port = await publishedPort(joey, 'nginx', 80)
    requireText(await fetchPage(port), /Welcome to nginx/, 'The page')
    await joey('exec', 'nginx', '--', 'nginx', '-s', 'reload')
    requireText(await fetchPage(port), /Welcome to nginx/, 'The page after a reload')
    await stopInPeace(joey, 'nginx')
  },
}

/** A command and a terminal over a published port, with a key. */
export const sshd: Scenario = {
  name: 'sshd',
  async run(joey, folder) {
    const key = join(folder, `key-${joey.class}`)
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const script = `mkdir -p /run/sshd && mkdir -m 700 /root/.ssh && echo "$KEY" > /root/.ssh/authorized_keys && exec /usr/sbin/sshd -D -e`
    const options = ['-p', '22', '-e', `KEY=${readFileSync(`${key}.pub`, 'utf8').trim()}`]
    await joey.start('sshd', options, softwareImage, 'sh', '-c', script)
    const port = await publishedPort(joey, 'sshd', 22)
    const ssh = (...args: string[]) =>
      run('ssh', [...sshOptions, '-i', key, '-p', String(port), ...args], { timeoutMs: 300_000 })
    await joey.until(
      /listening/i,
      'exec',
      'sshd',
      '--',
      'sh',
      '-c',
      'echo | timeout 5 curl -s telnet://127.0.0.1:22 | grep -q SSH && echo listening',
    )
    requireText((await ssh('root@127.0.0.1', 'id -un')).stdout, /root/, 'A command over ssh')
    const terminal = await ssh('-tt', 'root@127.0.0.1', 'test -t 0 && test -t 1 && echo a terminal')
    requireText(terminal.stdout, /a terminal/, `A terminal over ssh (${terminal.stderr})`)
    await stopInPeace(joey, 'sshd')
  },
}

const sshOptions = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'ConnectTimeout=60',
  'LogLevel=ERROR',
].flatMap((each) => ['-o', each])

/** Where this machine has a port of a sandbox. */
export async function publishedPort(joey: Joey, name: string, guest: number): Promise<number> {
  const printed = await joey('port', name, String(guest))
  const port = Number(/:(\d+)\s*$/m.exec(printed)?.[1])
  if (!(port > 0)) throw new Problem(`joey port ${name} ${guest} names no port.`, printed)
  return port
}

/** Asks until something answers: a server takes a while to begin. */
export async function fetchPage(port: number): Promise<string> {
  const end = performance.now() + 300_000
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch((error: unknown) => error as Error)
    if (answer instanceof Response) return answer.text()
    if (performance.now() > end)
      throw new Problem(`Nothing answers at port ${port}.`, `${answer.message} ${JSON.stringify(answer.cause)}`)
    await sleep(300)
  }
}
