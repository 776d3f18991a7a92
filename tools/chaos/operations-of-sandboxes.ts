import type { IsolationClass, SandboxSpec } from '#contract/sandbox'
import { scriptSpec } from '../../src-agent/testing/test-agent.ts'
import type { Attempt, Operation } from './attempt.ts'
import { type Model, newSandbox, noFiles, type SandboxModel, withFile } from './model.ts'
import { becomes, stays } from './possible.ts'
import type { World } from './world.ts'

export const mostSandboxes = 6
const fileNames = ['a', 'b', 'c'] as const

/** A sandbox that is there for certain, and of which more is so. */
export function pickSandbox(
  { model, dice }: World,
  fits: (sandbox: SandboxModel) => boolean = () => true,
): SandboxModel | undefined {
  return dice.pick([...model.sandboxes.values()].filter((each) => each.there.is(true) && fits(each)))
}

export function classOf(sandbox: SandboxModel): IsolationClass {
  return sandbox.class.values()[0] ?? 'container'
}

export function chooseClass({ classes, dice }: World): IsolationClass {
  // Containers are the fastest, so that most happens with them.
  return dice.happens(0.5) ? 'container' : (dice.pick(classes) ?? 'container')
}

export const usedBy = ({ name, volume }: SandboxModel): string[] => (volume === null ? [name] : [name, volume])

export function specFor(wish: { class: IsolationClass; volume: string | null; network: 'nat' | 'none' }): SandboxSpec {
  const volumes = wish.volume === null ? [] : [{ volume: wish.volume, target: '/vol', readOnly: false }]
  return scriptSpec('mkdir -p /data; exec sleep 100000', {
    class: wish.class,
    network: wish.network,
    volumes,
    labels: { chaos: 'first' },
  })
}

const create: Operation = {
  name: 'create',
  weight: 4,
  plan(world) {
    const { model, dice, agent } = world
    if (model.sandboxes.size >= mostSandboxes) return null
    const volumes = [...model.volumes.values()].filter(({ there }) => there.is(true))
    const volume = dice.happens(0.4) ? (dice.pick(volumes)?.name ?? null) : null
    const wanted = chooseClass(world)
    const start = dice.happens(0.8)
    const network = dice.happens(0.5) ? 'nat' : 'none'
    const made = newSandbox(model, { class: wanted, volume })
    const spec = specFor({ class: wanted, volume, network })
    return {
      what: `create ${made.name} (${wanted}, ${network}${volume === null ? '' : `, ${volume}`}${start ? '' : ', not started'})`,
      uses: usedBy(made),
      effects: () => [becomes(made.there, true), becomes(made.runs, start)],
      run: () =>
        made.there.is(true)
          ? agent.client.startSandbox({ ref: made.name })
          : agent.client.createSandbox({ name: made.name, spec, start }),
    }
  },
}

/** An operation on one sandbox that is there. */
function onOne(
  name: string,
  weight: number,
  fits: (sandbox: SandboxModel) => boolean,
  plan: (sandbox: SandboxModel, world: World) => Omit<Attempt, 'uses' | 'what'> & { readonly more?: string },
): Operation {
  return {
    name,
    weight,
    plan(world) {
      const sandbox = pickSandbox(world, fits)
      if (!sandbox) return null
      const { more = '', ...rest } = plan(sandbox, world)
      const stillFits = () => sandbox.there.is(true) && fits(sandbox)
      return { what: `${name} ${sandbox.name}${more}`, uses: usedBy(sandbox), fits: stillFits, ...rest }
    },
  }
}

const runs = (sandbox: SandboxModel) => sandbox.runs.is(true)
const rests = (sandbox: SandboxModel) => sandbox.runs.is(false)

const start = onOne('start', 3, rests, (sandbox, { agent }) => ({
  effects: () => [becomes(sandbox.runs, true)],
  run: () => agent.client.startSandbox({ ref: sandbox.name }),
}))

const stop = onOne('stop', 2, runs, (sandbox, { agent }) => ({
  effects: () => [becomes(sandbox.runs, false)],
  run: () => agent.client.stopSandbox({ ref: sandbox.name, graceMs: 100 }),
}))

const restart = onOne('restart', 1, runs, (sandbox, { agent }) => ({
  effects: () => [stays(sandbox.runs, false)],
  run: () => agent.client.restartSandbox({ ref: sandbox.name, graceMs: 100 }),
}))

const remove = onOne(
  'remove',
  1,
  () => true,
  (sandbox, { agent }) => ({
    effects: () => [becomes(sandbox.there, false), becomes(sandbox.runs, false)],
    run: () => agent.client.removeSandbox({ ref: sandbox.name, force: true }),
  }),
)

const write = onOne('write', 5, runs, (sandbox, { agent, dice }) => {
  const file = dice.pick(fileNames) ?? 'a'
  const content = `${dice.below(1e9)}`
  return {
    more: `:/data/${file}`,
    effects: () => [becomes(sandbox.files, withFile(first(sandbox.files), file, content))],
    run: () => writeInside(agent, sandbox.name, `/data/${file}`, content),
  }
})

const writeToVolume = onOne(
  'write-volume',
  2,
  (sandbox) => runs(sandbox) && sandbox.volume !== null,
  (sandbox, { agent, dice, model }) => {
    const files = volumeOf(model, sandbox).files
    const content = `${dice.below(1e9)}`
    return {
      more: `:/vol/v`,
      effects: () => [becomes(files, withFile(first(files), 'v', content))],
      run: () => writeInside(agent, sandbox.name, '/vol/v', content),
    }
  },
)

const first = (files: SandboxModel['files']) => files.values()[0] ?? noFiles

function volumeOf(model: Model, { volume }: SandboxModel) {
  const found = model.volumes.get(volume ?? '')
  if (!found) throw new Error(`There is no volume ${volume}`)
  return found
}

/** Beside it, then in its place, as programs write that want all or nothing. A machine that is torn away has it on its disk. */
async function writeInside(agent: World['agent'], ref: string, path: string, content: string): Promise<void> {
  const script = 'printf %s "$2" >"$1.new" && sync && mv "$1.new" "$1" && sync'
  const { end, stderr } = await agent.exec(ref, { argv: ['sh', '-c', script, 'sh', path, content] })
  if (end.code !== 0) throw new Error(`the command in ${ref} ended with ${end.code}: ${stderr.toString()}`)
}

const setClass = onOne(
  'class',
  2,
  () => true,
  (sandbox, world) => {
    const others = world.classes.filter((each) => !sandbox.class.is(each))
    const to = world.dice.pick(others) ?? 'container'
    return {
      more: ` ${classOf(sandbox)} to ${to}`,
      effects: () => [becomes(sandbox.class, to), stays(sandbox.runs, false)],
      run: async () => {
        if (sandbox.class.is(to)) return
        const { fellBack } = await world.agent.client.setClass({ ref: sandbox.name, class: to })
        if (fellBack !== null) throw new Error(`fell back: ${fellBack}`)
      },
    }
  },
)

const set = onOne(
  'set',
  2,
  () => true,
  (sandbox, { agent, dice }) => {
    const label = `${dice.below(1e6)}`
    const restarts = dice.happens(0.5)
    return {
      more: restarts ? ' with a restart' : '',
      effects: () => [becomes(sandbox.label, label), stays(sandbox.runs, false)],
      run: () =>
        agent.client.changeSandbox({
          ref: sandbox.name,
          change: { labels: { chaos: label }, ...(restarts && { env: { LABEL: label } }) },
          restart: restarts,
        }),
    }
  },
)

export const sandboxOperations: readonly Operation[] = [
  ...[create, start, stop, restart, remove, write, writeToVolume, setClass, set],
]
