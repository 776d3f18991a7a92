import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { IsolationClass, type Mount } from '#contract/sandbox'
import { run } from '../../base/process/run.ts'
import { createPipes } from '../../io/streams/pipes.ts'
import { type AgentFixture, openAgentFixture } from '../../testing/agent-fixture.ts'
import { buildWatchingProgram } from '../../testing/watching-program.ts'
import { type FolderBounds, watchMounts } from './watch-mounts.ts'

let agent: AgentFixture
let programs: string
let folder: string
let watching: ReturnType<typeof watchMounts>
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  agent = await openAgentFixture()
  programs = mkdtempSync(join(tmpdir(), 'joey-watching-'))
  chmodSync(programs, 0o755)
  await buildWatchingProgram(join(programs, 'watcher'))
}, 120_000)
afterAll(async () => {
  rmSync(programs, { recursive: true })
  await agent.close()
}, 60_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-mounted-'))
  chmodSync(folder, 0o755)
  mkdirSync(at('src'))
  writeFileSync(at('src/file'), 'one\n')
  utimesSync(at('src/file'), 1_000_000, 1_000_000)
  follow()
})
afterEach(async () => {
  const { sandboxes } = agent.services()
  await Promise.all(sandboxes.list(true).map(({ id }) => sandboxes.remove(id, true)))
  await watching.close()
  rmSync(folder, { recursive: true })
}, 60_000)

function follow(bounds?: FolderBounds): void {
  const log = pino({ level: 'silent' })
  watching = watchMounts({ ...agent.services(), pipes: createPipes(), log, ...(bounds && { bounds }) })
  watching.follow()
}

/** A sandbox in which a program watches the mounted folder. */
async function start(name: string, of: IsolationClass, more: Partial<Mount> = {}): Promise<void> {
  const bind = (source: string, target: string, rest: Partial<Mount>): Mount => ({
    ...{ kind: 'bind', source, target, readOnly: false },
    ...rest,
  })
  await agent.create(name, {
    class: of,
    command: ['sh', '-c', '/programs/watcher /x /x/src >/heard'],
    mounts: [bind(programs, '/programs', { readOnly: true }), bind(folder, '/x', more)],
  })
  await hears(name, 'watching', () => undefined)
}

async function heard(name: string): Promise<string[]> {
  return (await agent.exec(name, 'cat /heard')).stdout.split('\n')
}

const patience = { timeout: 20_000, interval: 200 }

/** Does something until it is heard: the watch may begin a moment later than the sandbox. */
async function hears(name: string, line: string, act: () => void): Promise<void> {
  await expect
    .poll(async () => {
      act()
      return heard(name)
    }, patience)
    .toContain(line)
}

/** Resolves when all that was changed before has been told: what comes after it has been heard. */
async function isTold(name: string): Promise<void> {
  const marker = `marker-${Date.now()}`
  await hears(name, `${marker} attrib`, () => writeFileSync(at(marker), String(Date.now())))
}

/** How many programs of this agent watch folders. */
async function helpers(): Promise<number> {
  const { stdout } = await run('pgrep', ['-c', '-P', String(process.pid), '-f', 'joey-outside watch'], {
    okExitCodes: [0, 1],
  })
  return Number(stdout)
}

const owners = IsolationClass.options.filter((each) => each !== 'container')

describe.each(owners)('in the class %s', (of) => {
  const skip = (context: { skip(when: boolean, why: string): void }) =>
    context.skip(!agent.services().drivers.has(of), 'this machine does not offer the class')

  test('who watches a mounted folder hears what is changed, made, moved and removed on this machine', async (context) => {
    skip(context)
    await start('box', of)
    await hears('box', 'file attrib', () => writeFileSync(at('src/file'), `${Date.now()}\n`))
    if (of === 'microvm') expect(await heard('box')).toContain('file close_write')
    await hears('box', 'new attrib', () => writeFileSync(at('src/new'), String(Date.now())))
    renameSync(at('src/new'), at('src/moved'))
    await hears('box', 'moved attrib', () => undefined)
    rmSync(at('src/moved'))
    // In a micro-VM the folder itself is what has changed.
    await hears('box', of === 'gvisor' ? 'moved delete' : '. attrib', () => undefined)
    mkdirSync(at('src/inner'))
    writeFileSync(at('src/inner/deep'), '')
    await hears('box', 'inner attrib', () => undefined)
    expect(await heard('box')).not.toContain('deep attrib')
  })

  test('what is seen on this machine stays as it is: content, mode and the time of the change', async (context) => {
    skip(context)
    await start('box', of)
    await isTold('box')
    chmodSync(at('src/file'), 0o640)
    await hears('box', 'file attrib', () => undefined)
    const { mode, mtimeMs, size } = statSync(at('src/file'))
    expect({ mode: mode & 0o7777, mtimeMs, size }).toEqual({ mode: 0o640, mtimeMs: 1_000_000_000, size: 4 })
  })

  test('one change is told once, and what the guest changes itself is not told to it', async (context) => {
    skip(context)
    await start('box', of)
    await isTold('box')
    await agent.exec('box', 'echo two >/x/src/own; rm /x/src/own; echo two >/x/src/file')
    await isTold('box')
    writeFileSync(at('src/outer'), 'x')
    await hears('box', 'outer attrib', () => undefined)
    await isTold('box')
    await isTold('box')
    const lines = await heard('box')
    expect(lines.filter((line) => line.startsWith('own'))).toEqual([
      'own create',
      'own modify',
      'own close_write',
      'own delete',
    ])
    expect(lines).not.toContain('file attrib')
    expect(lines.filter((line) => line === 'outer attrib')).toHaveLength(1)
  })

  test('a program in it that is open for writing nowhere can be run on this machine at once', async (context) => {
    skip(context)
    await start('box', of)
    await isTold('box')
    writeFileSync(at('src/tool'), '#!/bin/sh\necho runs\n')
    await hears('box', 'tool attrib', () => undefined)
    await isTold('box')
    chmodSync(at('src/tool'), 0o755)
    expect((await run(at('src/tool'), [])).stdout).toBe('runs\n')
  })

  test('it goes on after a restart and another agent, and ends with the sandbox', async (context) => {
    skip(context)
    await start('box', of)
    await isTold('box')
    const { sandboxes } = agent.services()
    await sandboxes.stop('box', { graceMs: 0 })
    await expect.poll(helpers).toBe(0)
    await sandboxes.start('box', AbortSignal.timeout(60_000))
    await hears('box', 'watching', () => undefined)
    await isTold('box')
    await watching.close()
    expect(await helpers()).toBe(0)
    await agent.lose()
    follow()
    await isTold('box')
  })

  test('nobody is told of a folder that says so, nor of one that is mounted read-only', async (context) => {
    skip(context)
    await start('mute', of, { watch: false })
    await start('box', of)
    await isTold('box')
    expect(await helpers()).toBe(1)
    expect((await heard('mute')).filter((line) => line.startsWith('marker'))).toEqual([])
  })

  test('of thousands of changes at once no more than a bound is told, and it is over', async (context) => {
    skip(context)
    await start('box', of)
    await isTold('box')
    await run('sh', ['-c', 'i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo $i >src/many$i; done'], { cwd: folder })
    await isTold('box')
    expect(await heard('box')).toEqual(expect.arrayContaining([expect.stringMatching(/^many\d+ attrib$/)]))
  }, 60_000)
})

test('two sandboxes with one folder hear of each other, and do not keep each other busy', async (context) => {
  const [one, other] = owners.filter((each) => agent.services().drivers.has(each))
  if (one === undefined || other === undefined) return context.skip('this machine does not offer both classes')
  await start('one', one)
  await start('other', other)
  for (const name of ['one', 'other']) await isTold(name)
  await agent.exec('one', 'echo x >/x/src/of-one')
  await hears('other', 'of-one attrib', () => undefined)
  for (const name of ['one', 'other']) await isTold(name)
  for (const name of ['one', 'other']) await isTold(name)
  expect((await heard('other')).filter((line) => line === 'of-one attrib')).toHaveLength(1)
  expect(await heard('one')).not.toContain('of-one attrib')
})

test('in a container the kernel itself tells, and nothing is watched for it', async () => {
  await start('box', 'container')
  writeFileSync(at('src/new'), '')
  await hears('box', 'new create', () => undefined)
  expect(await helpers()).toBe(0)
})

test.each([
  ['a part is watched where there are more folders than may be', { ofOne: 1, ofAll: 10 }, 'mounts-watched-in-part'],
  ['nothing is watched where as many are as may be', { ofOne: 1, ofAll: 0 }, 'mounts-not-watched'],
] as const)('%s, the person is told, and the sandbox runs on', async (_rule, bounds, reason) => {
  const of = owners.find((each) => agent.services().drivers.has(each))
  if (of === undefined) return
  await watching.close()
  follow(bounds)
  await start('box', of)
  const notices = () => agent.seen.flatMap((event) => (event.type === 'notice' ? [event.reason] : []))
  await expect.poll(notices, patience).toContain(reason)
  expect(agent.services().sandboxes.find('box').sandbox.state).toBe('running')
})
