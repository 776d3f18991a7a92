import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Sentence, sentence } from '#contract/sentence'
import type { Run } from '../base/process/run.ts'
import type { HostPorts } from './host-ports.ts'
import type { Subnet } from './ipv4.ts'
import { deleteLinks, presentLinks, unmountNamespaces } from './links.ts'
import type { NetworkNames } from './names.ts'
import type { RunningNetwork } from './network.ts'
import type { PacketFilter } from './packet-filter.ts'

interface Deps {
  readonly run: Run
  readonly names: NetworkNames
  readonly folder: string
  readonly filter: PacketFilter
  readonly hostPorts: HostPorts
  readonly prepare: () => Promise<Subnet>
}

/** See `Network.reconcile`. Says only what a person may wonder about, not what is always so after a crash. */
export async function reconcileNetwork(deps: Deps, running: readonly RunningNetwork[]): Promise<readonly Sentence[]> {
  const { run, names, filter } = deps
  const [present, loaded] = await Promise.all([presentLinks(run, names), filter.isLoaded()])
  const kept = new Set(running.map((sandbox) => sandbox.interface))
  const orphans = present.ports.filter((name) => !kept.has(name))
  const sentences = [
    ...orphanSentences(orphans),
    ...lossSentences(running, { bridge: present.bridge, loaded }),
    ...running.filter((sandbox) => !present.ports.includes(sandbox.interface)).map(lostInterface),
  ]
  await deleteLinks(run, orphans)
  await removeNamespaces(deps, kept)
  filter.assume({
    senders: running,
    published: running.flatMap(({ address, ports }) => ports.map((port) => ({ ...port, address }))),
  })
  if (present.bridge || loaded || running.length > 0) await deps.prepare()
  return [...sentences, ...(await adoptPorts(deps.hostPorts, running))]
}

function orphanSentences(orphans: readonly string[]): Sentence[] {
  if (orphans.length === 0) return []
  return [sentence('found-interfaces', { count: orphans.length })]
}

function lossSentences(running: readonly RunningNetwork[], found: { bridge: boolean; loaded: boolean }): Sentence[] {
  if (running.length === 0) return []
  return [
    ...(found.loaded ? [] : [sentence('found-network-part-gone', { part: 'filter' })]),
    ...(found.bridge ? [] : [sentence('found-network-part-gone', { part: 'bridge' })]),
  ]
}

function lostInterface({ id }: RunningNetwork): Sentence {
  return sentence('found-interface-gone', { id })
}

/**
 * Those of what runs stay: they are mounted among the mounts of its monitor, whence an engine takes them up again, and the removal
 * of a file ends what is mounted on it everywhere.
 */
async function removeNamespaces({ run, names, folder }: Deps, running: ReadonlySet<string>): Promise<void> {
  const isKept = (file: string) => running.has(`${names.linkPrefix}${file.replace('.users', '')}`)
  const place = join(folder, 'netns')
  const found = await readdir(place).catch(() => [])
  const files = found.filter((name) => !isKept(name)).map((name) => join(place, name))
  if (files.length === 0) return
  await unmountNamespaces(run, files)
  await Promise.all(files.map((file) => rm(file, { force: true })))
}

async function adoptPorts(hostPorts: HostPorts, running: readonly RunningNetwork[]): Promise<Sentence[]> {
  const sentences: Sentence[] = []
  for (const { id, ports } of running) {
    for (const port of ports) {
      if (await hostPorts.adopt(id, port)) continue
      sentences.push(sentence('found-port-shared', { port: port.hostPort, id }))
    }
  }
  return sentences
}
