import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import type { Sandbox } from '../../src-contract/sandbox.ts'
import { outDir } from '../paths.ts'
import { median } from './compare.ts'
import type { Effort } from './effort.ts'
import type { Row } from './row.ts'

export const name = 'snapshot'

const execute = promisify(execFile)
const rounds = 5
/** What the issue of snapshots promises, in ms: of a running sandbox the pause, of one at rest the whole call. */
const promisedMs = 37

/** Snapshots, forks and exports. Where there is no bare engine that does the same, the promised figure stands in its place. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const agent = createTestAgent({}, join(outDir, 'agent', 'index.js'))
  try {
    await agent.start()
    const small = await write(agent, effort.amount(200))
    const large = await write(agent, effort.amount(1000))
    const pause = await measurePause(agent, small, effort)
    const largePause = await measurePause(agent, large, effort)
    const forks = await compareFork(agent, small, effort)
    const live = await compareLiveForks(agent, effort)
    const archive = await compareExport(agent, small)
    await agent.client.removeSandbox({ ref: large.id, force: true })
    const call = await measureCall(agent, small)
    return [
      row('disk snapshot, 200 MB, running: pause', pause, promisedMs, 1),
      row('disk snapshot, 200 MB, stopped: call', call, promisedMs, 1),
      row('disk snapshot, 1 GB against 200 MB: pause', largePause, pause, 1.3),
      forks,
      ...live,
      archive,
    ]
  } finally {
    await agent.dispose()
  }
}

function row(what: string, ours: number, bare: number, limit: number): Row {
  return { what, ours, bare, ratio: ours / bare, unit: 'ms', limit }
}

/** A container that has written so many files of 1 MB, and sleeps. */
async function write(agent: TestAgent, files: number): Promise<Sandbox> {
  const script = `mkdir /data; i=0; while [ $i -lt ${files} ]; do head -c 1000000 /dev/urandom > /data/$i; i=$((i+1)); done; touch /ready; exec sleep 10000`
  const sandbox = await agent.client.createSandbox({ spec: scriptSpec(script) })
  const waiting = 'while [ ! -e /ready ]; do usleep 50000; done'
  await agent.exec(sandbox.id, { argv: ['sh', '-c', waiting] })
  return sandbox
}

async function measurePause(agent: TestAgent, { id }: Sandbox, effort: Effort): Promise<number> {
  const pauses: number[] = []
  for (let round = 0; round < effort.times(rounds); round += 1) {
    const snapshot = await agent.client.createSnapshot({ ref: id })
    pauses.push(snapshot.pauseMs)
    await agent.client.removeSnapshot({ ref: snapshot.id })
  }
  return median(pauses)
}

/** The first one has all that was written; the others show the way back and forth. */
async function measureCall(agent: TestAgent, { id }: Sandbox): Promise<number> {
  await agent.client.stopSandbox({ ref: id, graceMs: 0 })
  const started = performance.now()
  await agent.client.createSnapshot({ ref: id })
  return performance.now() - started
}

/** From the request to the first byte of output. */
async function compareFork(agent: TestAgent, { id }: Sandbox, effort: Effort): Promise<Row> {
  const snapshot = await agent.client.createSnapshot({ ref: id })
  const [ours, bare]: [number[], number[]] = [[], []]
  const timed = async (times: number[], make: () => Promise<string>) => {
    const started = performance.now()
    const ref = await make()
    await agent.exec(ref, { argv: ['echo', 'x'] })
    times.push(performance.now() - started)
    await agent.client.removeSandbox({ ref, force: true })
  }
  for (let round = 0; round < effort.times(rounds * 2); round += 1) {
    await timed(ours, async () => {
      const { sandboxes } = await agent.client.forkSandboxes({ snapshot: snapshot.id, prefix: 'forked', live: false })
      return sandboxes[0]?.id ?? ''
    })
    await timed(bare, async () => (await agent.client.createSandbox({ spec: scriptSpec('sleep 10000') })).id)
  }
  await agent.client.removeSnapshot({ ref: snapshot.id })
  return row('fork of 200 MB to first byte, against a plain create', median(ours), median(bare), 1.1)
}

/** Of a process with 64 MB, where the host has gVisor. */
async function compareLiveForks(agent: TestAgent, effort: Effort): Promise<readonly Row[]> {
  const offers = await agent.client.listClasses({})
  if (!offers.find((offer) => offer.class === 'gvisor')?.available) return []
  const megabytes = effort.amount(64)
  const held = `dd if=/dev/urandom bs=1000000 count=${megabytes} 2>/dev/null; touch /ready; while :; do sleep 1; done`
  // The last program keeps what it reads until its input ends, and takes it in few calls: each is slow in gVisor.
  const script = `{ ${held}; } | tail -c ${megabytes}000000`
  const parent = await agent.client.createSandbox({ spec: scriptSpec(script, { class: 'gvisor' }) })
  await agent.exec(parent.id, { argv: ['sh', '-c', 'while [ ! -e /ready ]; do usleep 50000; done'] })
  const snapshot = await agent.client.createSnapshot({ ref: parent.id, live: true })
  const timed = async (count: number) => {
    const started = performance.now()
    const { sandboxes } = await agent.client.forkSandboxes({ snapshot: snapshot.id, count, prefix: 'live' })
    const took = performance.now() - started
    await Promise.all(sandboxes.map(({ id }) => agent.client.removeSandbox({ ref: id, force: true })))
    return took
  }
  const [one, five]: [number[], number[]] = [[], []]
  for (let round = 0; round < effort.times(3); round += 1) {
    one.push(await timed(1))
    five.push(await timed(5))
  }
  await agent.client.removeSandbox({ ref: parent.id, force: true })
  return [row('five gVisor forks of 64 MB, against one', median(five), median(one), 2)]
}

/** Throughput, so the other way round: at least 70 % of tar and zstd over the same tree. */
async function compareExport(agent: TestAgent, sandbox: Sandbox): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'joey-bench-'))
  const [output, bare] = [join(folder, 'out.joey'), join(folder, 'out.tar.zst')]
  const started = performance.now()
  await agent.client.exportTree({
    source: `sandbox:${sandbox.id}`,
    format: 'joey',
    output,
    withSecrets: true,
    bundle: { image: false },
  })
  const ours = performance.now() - started
  const upper = join(agent.place.home, 'sandboxes', sandbox.id, 'upper')
  const begun = performance.now()
  await execute('sh', ['-c', 'tar --xattrs -cf - -C "$1" . | zstd -q -T2 -f -o "$2"', 'joey-bench', upper, bare])
  const theirs = performance.now() - begun
  if (statSync(output).size === 0) throw new Error('The export is empty.')
  rmSync(folder, { recursive: true })
  return row('export as a bundle, 200 MB, against tar and zstd -T2', ours, theirs, 1 / 0.7)
}
