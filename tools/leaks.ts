import { createHash } from 'node:crypto'
import { globSync, readFileSync, readlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from './process/run.ts'
import { findProgram } from './set-up/probe.ts'

/** Things of the kernel that only Joey makes, each as a sentence that names it. */
export type Traces = ReadonlySet<string>

const settleMs = 10_000
const pollMs = 250

/**
 * Lists everything on this machine that bears Joey's marks: processes, mounts and files of loop devices below `testFolder`, and interfaces,
 * network namespaces, cgroups and nft tables by name. The latter bear no folder, so what existed before the run has to
 * be subtracted, and what belongs to an agent that serves another folder is left out here.
 */
export async function findTraces(testFolder: string): Promise<Traces> {
  const others = otherTags(testFolder)
  // The parent of all cgroups belongs to whoever still needs it.
  const isOthers = (trace: string): boolean =>
    others.some((tag) => trace.includes(tag)) || (others.length > 0 && trace.endsWith('/joey'))
  const named = [...findInterfaces(), ...findCgroups(), ...(await findNftTables())]
  return new Set([
    ...findProcesses(testFolder),
    ...findMounts(testFolder),
    ...findLoopDevices(testFolder),
    ...named.filter((trace) => !isOthers(trace)),
  ])
}

/**
 * The marks in names of agents that run now for somebody else: a person at work, or another run of the tests. An agent
 * marks what it makes with the start of its folder's hash.
 */
function otherTags(testFolder: string): readonly string[] {
  const homes = globSync('/proc/[0-9]*')
    .filter((folder) => readOrEmpty(`${folder}/cmdline`).includes('agent/index.'))
    .map((folder) => /(?:^|\0)JOEY_HOME=([^\0]+)/.exec(readOrEmpty(`${folder}/environ`))?.[1] ?? '/var/lib/joey')
    .filter((home) => !home.startsWith(`${testFolder}/`))
  return homes.map((home) => createHash('sha256').update(resolve(home)).digest('hex').slice(0, 6))
}

/** What is there now and was not before. Waits a little, because the kernel frees some of it late. */
export async function findLeaks(
  find: () => Promise<Traces>,
  before: Traces,
  timeoutMs = settleMs,
): Promise<readonly string[]> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    const now = await find()
    const leaks = [...now].filter((trace) => !before.has(trace))
    if (leaks.length === 0 || performance.now() > giveUpAt) return leaks
    await sleep(pollMs)
  }
}

/** Processes whose command line, environment or working folder lies below the test folder; this one and its parents not. */
function findProcesses(testFolder: string): readonly string[] {
  const own = ownProcesses()
  return globSync('/proc/[0-9]*')
    .map((folder) => folder.slice('/proc/'.length))
    .filter((pid) => !own.has(pid))
    .filter((pid) => bearsMark(pid, testFolder))
    .map((pid) => `process ${pid}: ${commandOf(pid)}`)
}

function bearsMark(pid: string, testFolder: string): boolean {
  return [
    readOrEmpty(`/proc/${pid}/cmdline`),
    readOrEmpty(`/proc/${pid}/environ`),
    linkOrEmpty(`/proc/${pid}/cwd`),
  ].some((text) => text.includes(testFolder))
}

function commandOf(pid: string): string {
  return (
    readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 200) ||
    `[${readOrEmpty(`/proc/${pid}/comm`).trim()}]`
  )
}

function ownProcesses(): ReadonlySet<string> {
  const own = new Set<string>()
  for (let pid = String(process.pid); pid !== '' && pid !== '0' && !own.has(pid); ) {
    own.add(pid)
    // The second field, the program's name, may hold spaces and brackets: count from the last bracket.
    pid = readOrEmpty(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1] ?? ''
  }
  return own
}

/** Every process may have a mount namespace of its own, so all of them are asked. */
function findMounts(testFolder: string): readonly string[] {
  const tables = new Set(globSync('/proc/[0-9]*/mountinfo').map(readOrEmpty))
  const points = [...tables].flatMap((table) => table.split('\n')).map((line) => line.split(' ')[4] ?? '')
  return points.filter((point) => point.includes(testFolder)).map((point) => `mount ${point}`)
}

/** Also of files that are removed, whose room a device would keep. */
function findLoopDevices(testFolder: string): readonly string[] {
  return globSync('/sys/block/loop*/loop/backing_file')
    .map((path) => ({ device: path.split('/')[3] ?? '', file: readOrEmpty(path).trim() }))
    .filter(({ file }) => file.startsWith(`${testFolder}/`))
    .map(({ device, file }) => `loop device ${device} of ${file}`)
}

function findInterfaces(): readonly string[] {
  const names = globSync('/sys/class/net/jy*').map((path) => `network interface ${path.split('/').at(-1)}`)
  const namespaces = globSync(['/run/netns/jy*', '/run/netns/joey*']).map((path) => `network namespace ${path}`)
  return [...names, ...namespaces]
}

/** Both layouts: every controller's tree of version 1, and the unified tree. */
function findCgroups(): readonly string[] {
  const deep = ['', '*/', '*/*/', '*/*/*/'].flatMap((parents) => [
    `/sys/fs/cgroup/${parents}joey`,
    `/sys/fs/cgroup/${parents}joey-*`,
  ])
  return globSync(deep).flatMap((folder) => globSync([folder, `${folder}/**/`]).map((path) => `cgroup ${path}`))
}

async function findNftTables(): Promise<readonly string[]> {
  const nft = findProgram('nft')
  if (!nft) return []
  const { stdout } = await run(nft, ['list', 'tables'], { timeoutMs: 10_000 })
  return stdout
    .split('\n')
    .filter((line) => /\bjoey/.test(line))
    .map((line) => `nft ${line}`)
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended
  }
}

function linkOrEmpty(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
