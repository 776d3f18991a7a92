import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endGroup } from '../../base/process/kill-group.ts'
import { run, start } from '../../base/process/run.ts'

/** A stand-in for the network outside: a network namespace that is joined to the host, with a server in it. */
export interface Outside {
  readonly address: string
  /** The host's address towards it. */
  readonly hostAddress: string
  /** Its server answers with the address it sees. */
  readonly port: number
  fetch(host: string, port: number): Promise<string>
  addAddress(address: string): Promise<void>
  /** Sends to this address by way of the host. */
  routeVia(address: string): Promise<void>
  /** Starts a server in a namespace; returns its undo. */
  serveIn(netnsPath: string, port: number, word: string): Promise<() => Promise<void>>
  /** The same by UDP. */
  serveUdpIn(netnsPath: string, port: number, word: string): Promise<() => Promise<void>>
  /** Holds a namespace as a running sandbox does; returns its undo. */
  keepNamespace(netnsPath: string): Promise<() => Promise<void>>
  close(): Promise<void>
}

export async function createOutside(tag: string, folder: string): Promise<Outside> {
  const file = join(folder, 'outside')
  const link = `jo${tag}`
  // Four addresses of many, because files of tests run side by side.
  const third = Number.parseInt(tag.slice(0, 2), 16)
  const first = Number.parseInt(tag.slice(2, 4), 16) & ~3
  const [hostAddress, address] = [`10.63.${third}.${first + 1}`, `10.63.${third}.${first + 2}`]
  await writeFile(file, '')
  await run('unshare', [`--net=${file}`, 'ip', '-batch', '-'], {
    input: `link set lo up\nlink add name eth0 type veth peer name ${link} netns ${process.pid}\naddr add ${address}/30 dev eth0\nlink set eth0 up\nroute add default via ${hostAddress}\n`,
  })
  await run('ip', ['-batch', '-'], { input: `addr add ${hostAddress}/30 dev ${link}\nlink set ${link} up\n` })
  const port = 8099
  const stopServer = await listen(file, port, 'echo "from $SOCAT_PEERADDR"')
  return {
    address,
    hostAddress,
    port,
    async fetch(host, port) {
      const args = [`--net=${file}`, 'socat', '-T', '2', '-', `TCP4:${host}:${port},connect-timeout=1`]
      return (await run('nsenter', args, { okExitCodes: [0, 1] })).stdout
    },
    async addAddress(extra) {
      await run('nsenter', [`--net=${file}`, 'ip', 'addr', 'add', extra, 'dev', 'lo'])
      await run('ip', ['route', 'add', extra, 'via', address])
    },
    async routeVia(target) {
      await run('nsenter', [`--net=${file}`, 'ip', 'route', 'replace', target, 'via', hostAddress])
    },
    serveIn: (netnsPath, servedPort, word) => listen(netnsPath, servedPort, `echo ${word}`),
    serveUdpIn: (netnsPath, servedPort, word) => listen(netnsPath, servedPort, `echo ${word}`, 'udp'),
    async keepNamespace(netnsPath) {
      const child = start('nsenter', [`--net=${netnsPath}`, 'sleep', '600'])
      await sleep(100)
      return () => endGroup(child, 100)
    },
    async close() {
      await stopServer()
      await run('ip', ['link', 'del', link], { okExitCodes: [0, 1] })
      await run('umount', ['--lazy', file], { okExitCodes: [0, 32] })
    },
  }
}

async function listen(
  netnsPath: string,
  port: number,
  command: string,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<() => Promise<void>> {
  const kind = protocol === 'tcp' ? 'TCP-LISTEN' : 'UDP4-RECVFROM'
  const server = ['socat', `${kind}:${port},reuseaddr,fork`, `SYSTEM:${command}`]
  const child = start('nsenter', [`--net=${netnsPath}`, ...server])
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { stdout } = await run('nsenter', [
      `--net=${netnsPath}`,
      'ss',
      protocol === 'tcp' ? '-Hltn' : '-Haun',
      `sport = :${port}`,
    ])
    if (stdout !== '') return () => endGroup(child, 100)
    await sleep(10)
  }
  await endGroup(child, 100)
  throw new Error(`The server on port ${port} did not come up.`)
}
