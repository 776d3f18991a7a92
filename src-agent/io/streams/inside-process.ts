import type { GuestReach, ProgramCommand } from '../../engines/driver.ts'
import {
  awaitPid,
  awaitProcess,
  type HostProcess,
  isAlive,
  killTree,
  processTree,
  readPid,
  type SignalProcess,
} from './guest-process.ts'

/** The process in a sandbox that a command has started, whether the host sees it or only the engine can reach it. */
export interface InsideProcess {
  /** Gone already: not an error. */
  signal(name: NodeJS.Signals): Promise<void>
  /** Kills it and what it started. */
  kill(): Promise<void>
  /**
   * As a terminal that is switched off: HUP to it and all that it started; KILL, after the pause, to those that do not
   * respect it.
   */
  hangUp(pause: () => Promise<unknown>): Promise<void>
  /** Whether it runs, and nothing that it started does. */
  isAlone(): Promise<boolean>
  /** On the host; null where the host does not see it. */
  readonly host: HostProcess | null
}

/** The process that the command's engine reports. Null where there never was one, or it has ended already. */
export async function awaitInside(
  command: ProgramCommand,
  signalProcess: SignalProcess,
  over: AbortSignal,
): Promise<InsideProcess | null> {
  const { pidFile, reach } = command
  if (reach === null) {
    const found = await awaitProcess(pidFile, over)
    return found && onHost(found, signalProcess)
  }
  const pid = await awaitPid(pidFile, over)
  return pid === null ? null : inGuest(pid, reach)
}

/** Whether there ever was a process inside, even one that has ended since. */
export async function wasInside(command: ProgramCommand): Promise<boolean> {
  return (await readPid(command.pidFile)) !== null
}

function onHost(host: HostProcess, signalProcess: SignalProcess): InsideProcess {
  return {
    host,
    async signal(name) {
      if (isAlive(host)) signalProcess(host.pid, name)
    },
    kill: () => killTree(host, signalProcess),
    isAlone: async () => (await processTree(host)).length === 1,
    async hangUp(pause) {
      const tree = await processTree(host)
      for (const { pid } of tree) signalProcess(pid, 'SIGHUP')
      await pause()
      // From the top: what is below has its chance to be killed with it.
      for (const process of tree.toReversed()) if (isAlive(process)) await killTree(process, signalProcess)
    },
  }
}

/** Enough for a tree that grows while it is looked at; a fork bomb is the business of its limit. */
const killPasses = 5

function inGuest(pid: number, reach: GuestReach): InsideProcess {
  const send = async (pids: readonly number[], name: NodeJS.Signals) => {
    for (const each of pids) await reach.signal(each, name)
  }
  const kill = async (pids: readonly number[]) => {
    const stopped = new Set<number>()
    for (let pass = 0; pass < killPasses; pass += 1) {
      const all = (await Promise.all(pids.map((root) => reach.tree(root)))).flat()
      const fresh = [...new Set(all)].filter((each) => !stopped.has(each))
      if (fresh.length === 0) break
      // All are stopped first, so that none can start another while its parent dies.
      await send(fresh, 'SIGSTOP')
      for (const each of fresh) stopped.add(each)
    }
    await send([...stopped], 'SIGKILL')
  }
  return {
    host: null,
    signal: (name) => reach.signal(pid, name),
    kill: () => kill([pid]),
    isAlone: async () => (await reach.tree(pid)).length === 1,
    async hangUp(pause) {
      const tree = await reach.tree(pid)
      await send(tree, 'SIGHUP')
      await pause()
      await kill(tree)
    },
  }
}
