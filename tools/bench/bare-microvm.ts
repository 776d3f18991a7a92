import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { usualShmBytes } from '#contract/words'
import { run } from '../../src-agent/base/process/run.ts'
import type { Driver, LaunchPlan } from '../../src-agent/engines/driver.ts'
import { createDriverOn } from '../../src-agent/engines/microvm/create-microvm.ts'
import { createDiskConverter } from '../../src-agent/storage/ext4/ext4-disk.ts'
import { type MicrovmSetting, prepareMicrovm } from '../../src-agent/testing/engines/microvm-setting.ts'
import type { SandboxId } from '../../src-contract/sandbox.ts'

/**
 * The same machine booted and from its template, by the same driver, without API or records: what a template saves. Runs
 * as a program of its own in a mount namespace of its own: `bare-microvm.ts ROUNDS`. Prints, as JSON, the milliseconds of
 * each round from nothing to a finished command.
 */
const rounds = Number(process.argv[2] ?? 1)
const signal = new AbortController().signal
const nothing = { find: async () => null, ensure: async () => {}, discard: async () => {}, close: async () => {} }

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'jyb-'))
  const setting = await prepareMicrovm(folder, { templates: true })
  try {
    await setting.microvm.warmUp()
    const pool = { take: async () => false, refill: () => {} }
    const booting = await createDriverOn(setting.setup, setting.places, { templates: nothing, pool })
    const times: Record<'template' | 'boot', number[]> = { template: [], boot: [] }
    for (let round = 0; round < rounds; round += 1) {
      times.template.push(await once(setting.driver, setting, folder))
      times.boot.push(await once(booting, setting, folder))
    }
    process.stdout.write(JSON.stringify(times))
  } finally {
    await setting.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The disk is there before: it is the same work for both. */
async function once(driver: Driver, { tree, lowerFiles = [] }: MicrovmSetting, folder: string): Promise<number> {
  const plan = makePlan(join(folder, 's'), tree, lowerFiles)
  const { id, paths } = plan
  await createDiskConverter(run).makeDisk({ disk: paths.disk, from: { root: { uid: 0, gid: 0, mode: 0o755 } }, signal })
  const started = performance.now()
  await driver.create(plan, signal)
  await driver.start(id, signal)
  while ((await driver.ending(id, paths)) === null) await sleep(5)
  const took = performance.now() - started
  await driver.remove(id, paths)
  rmSync(paths.folder, { recursive: true, force: true })
  return took
}

function makePlan(own: string, tree: string, lowerFiles: readonly string[]): LaunchPlan {
  const at = (name: string) => join(own, name)
  for (const name of ['run', 'etc']) mkdirSync(at(name), { recursive: true })
  const user = { uid: 0, gid: 0, additionalGids: [] }
  return {
    id: 'feedfeedfeed' as SandboxId,
    hostname: 'bench',
    paths: { folder: own, upper: at('upper'), work: at('work'), disk: at('disk'), log: at('log'), run: at('run') },
    lowers: [tree],
    lowerFiles,
    process: { argv: ['true'], env: ['PATH=/bin'], cwd: '/', tty: false, ...user },
    stdin: false,
    limits: { memoryBytes: null, cpus: null, pids: null },
    mounts: [],
    diskBytes: null,
    readOnlyRoot: false,
    dropped: [],
    tmpfs: [],
    shmBytes: usualShmBytes,
    sysctls: {},
    users: null,
    netns: null,
    address: null,
    hostNetwork: false,
    grants: [],
    nameservers: null,
  }
}

await main()
