import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt } from './attempt.ts'
import { commandOf, descendantsOf, isAlive, kill, monitorOf, processesBySandbox } from './machine.ts'
import type { SandboxModel } from './model.ts'
import type { World } from './world.ts'

/** What is killed while attempts are under way. */
export interface Fault {
  readonly what: string
  /** After the attempts have begun. */
  readonly delayMs: number
  /** Gives what it did, for people. */
  strike(): Promise<string>
  /** What it may have ended. */
  readonly hits: readonly SandboxModel[]
  /** Starts the agent again, where it is to be dead. */
  recover(): Promise<void>
}

const longestMs = 2_000
const dyingMs = 3_000
const kinds = [
  'agent',
  'agent',
  'agent',
  'agent-twice',
  'monitor',
  'first-process',
  'engine',
  'helper',
  'helper',
] as const

/** Null: none this time. */
export function chooseFault(world: World, attempts: readonly Attempt[]): Fault | null {
  const { dice } = world
  if (dice.happens(0.25)) return null
  const kind = dice.pick(kinds) ?? 'agent'
  // As many of short delays as of long ones: much happens in the first milliseconds.
  const delay = Math.round(Math.exp((dice.below(1000) / 1000) * Math.log(longestMs)))
  if (kind === 'agent' || kind === 'agent-twice') return ofAgent(world, kind === 'agent-twice', delay)
  if (kind === 'helper') return ofHelper(world, delay)
  const victim = chooseVictim(world, attempts)
  return victim ? ofSandbox(world, kind, victim, delay) : null
}

function ofAgent({ agent, dice }: World, again: boolean, delayMs: number): Fault {
  const secondMs = dice.below(1500)
  return {
    what: again ? `the agent, and the next one ${secondMs} ms after its start` : 'the agent',
    ...{ delayMs, hits: [] },
    async strike() {
      await agent.murder()
      return 'killed'
    },
    async recover() {
      if (again) {
        const starting = agent.start().then(
          () => undefined,
          () => undefined,
        )
        await sleep(secondMs)
        await agent.murder()
        await starting
      }
      await agent.start()
    },
  }
}

/** Any program that the agent has running at that moment. */
function ofHelper({ agent, dice }: World, delayMs: number): Fault {
  const place = dice.below(1000)
  return {
    what: 'a program that the agent has started',
    ...{ delayMs, hits: [] },
    async strike() {
      const programs = descendantsOf(agent.pid() ?? 0)
      const victim = programs[place % Math.max(programs.length, 1)]
      if (victim === undefined) return 'there was none'
      return murder(victim)
    },
    recover: async () => undefined,
  }
}

/** Resolves when it is dead, with what it was; or after a while, since what somebody traces may stay on the way out. */
async function murder(pid: number): Promise<string> {
  const command = commandOf(pid)
  if (!kill(pid)) return 'gone already'
  for (const giveUpAt = performance.now() + dyingMs; isAlive(pid) && performance.now() < giveUpAt; ) await sleep(2)
  return command
}

function chooseVictim({ model, dice }: World, attempts: readonly Attempt[]): SandboxModel | undefined {
  const used = new Set(attempts.flatMap(({ uses }) => uses))
  const all = [...model.sandboxes.values()].filter(({ there, runs }) => there.has(true) && runs.has(true))
  const concerned = all.filter(({ name }) => used.has(name))
  return dice.pick(concerned.length > 0 && dice.happens(0.7) ? concerned : all)
}

function ofSandbox(
  { agent, dice }: World,
  kind: 'monitor' | 'first-process' | 'engine',
  victim: SandboxModel,
  delayMs: number,
): Fault {
  const place = dice.below(1000)
  const findPid = async (): Promise<number | null | undefined> => {
    const sandbox = await agent.client.inspectSandbox({ ref: victim.name }).catch(() => null)
    if (!sandbox) return null
    if (kind === 'monitor') return monitorOf(agent.place, sandbox.id)
    if (kind === 'first-process') return sandbox.pid
    const own = processesBySandbox(agent.place).get(sandbox.id) ?? []
    return own[place % Math.max(own.length, 1)]
  }
  const names = { monitor: 'the monitor', 'first-process': 'the first process', engine: 'a process' }
  return {
    what: `${names[kind]} of ${victim.name}`,
    ...{ delayMs, hits: [victim] },
    async strike() {
      const pid = await findPid()
      if (!pid) return 'there was none'
      return murder(pid)
    },
    recover: async () => undefined,
  }
}
