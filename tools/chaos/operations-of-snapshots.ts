import { join } from 'node:path'
import type { Operation } from './attempt.ts'
import { newSandbox, type SnapshotModel } from './model.ts'
import { chooseClass, classOf, mostSandboxes, pickSandbox, usedBy } from './operations-of-sandboxes.ts'
import { anything, becomes, forgets, possible, stays } from './possible.ts'
import type { World } from './world.ts'

const mostSnapshots = 8
const mostBundles = 3

function pickSnapshot({ model, dice }: World, fits: (snapshot: SnapshotModel) => boolean = () => true) {
  return dice.pick([...model.snapshots.values()].filter((each) => each.there.is(true) && fits(each)))
}

const take: Operation = {
  name: 'snapshot',
  weight: 3,
  plan(world) {
    const { model, dice, agent } = world
    const sandbox = pickSandbox(world)
    if (!sandbox || model.snapshots.size >= mostSnapshots) return null
    model.made += 1
    const made = {
      ...{ name: `n${model.made}`, sandbox: sandbox.name, class: classOf(sandbox) },
      there: possible(false),
      files: possible(...sandbox.files.values()),
    }
    model.snapshots.set(made.name, made)
    const wantsMemory = made.class !== 'container' && sandbox.volume === null && dice.happens(0.3)
    const isLive = () => wantsMemory && sandbox.runs.is(true)
    return {
      what: `snapshot ${made.name} of ${sandbox.name}${isLive() ? ' with memory' : ''}`,
      uses: [...usedBy(sandbox), made.name],
      effects: () => [becomes(made.there, true)],
      run: () => agent.client.createSnapshot({ ref: sandbox.name, name: made.name, live: isLive() }),
    }
  },
}

const removeSnapshot: Operation = {
  name: 'snapshot-rm',
  weight: 1,
  plan(world) {
    const snapshot = pickSnapshot(world)
    if (!snapshot) return null
    return {
      what: `remove the snapshot ${snapshot.name}`,
      uses: [snapshot.name],
      effects: () => [becomes(snapshot.there, false)],
      run: () => world.agent.client.removeSnapshot({ ref: snapshot.name }),
    }
  },
}

const restore: Operation = {
  name: 'restore',
  weight: 3,
  plan(world) {
    const { model, dice, agent } = world
    const snapshot = pickSnapshot(world, ({ sandbox }) => model.sandboxes.get(sandbox)?.there.is(true) ?? false)
    const sandbox = model.sandboxes.get(snapshot?.sandbox ?? '')
    if (!snapshot || !sandbox) return null
    const keep = dice.happens(0.5)
    const [files = ''] = snapshot.files.values()
    return {
      what: `restore ${sandbox.name} to ${snapshot.name}${keep ? ', keeping what is' : ''}`,
      uses: [...usedBy(sandbox), snapshot.name],
      effects: () => [
        becomes(sandbox.files, files),
        // The configuration of that moment comes back with it.
        forgets(sandbox.label),
        stays(sandbox.runs, false),
        becomes(sandbox.class, snapshot.class),
      ],
      run: () => agent.client.restoreSnapshot({ ref: snapshot.name, live: false, keep }),
    }
  },
}

const fork: Operation = {
  name: 'fork',
  weight: 2,
  plan(world) {
    const { model, dice, agent } = world
    if (model.sandboxes.size >= mostSandboxes) return null
    const snapshot = dice.happens(0.6) ? pickSnapshot(world) : undefined
    const sandbox = snapshot ? undefined : pickSandbox(world)
    const files = snapshot?.files ?? sandbox?.files
    if (!files) return null
    const volume = (snapshot ? model.sandboxes.get(snapshot.sandbox) : sandbox)?.volume ?? null
    // What the volume of a sandbox that is gone was called, nobody knows any more.
    if (snapshot && !model.sandboxes.has(snapshot.sandbox)) return null
    const wanted = chooseClass(world)
    const made = newSandbox(model, { class: wanted, files: files.values(), volume, label: anything })
    const start = dice.happens(0.7)
    const from = snapshot ? { snapshot: snapshot.name } : { sandbox: sandbox?.name ?? '' }
    return {
      what: `fork ${snapshot?.name ?? sandbox?.name} as ${made.name} (${wanted}${start ? '' : ', not started'})`,
      uses: [...usedBy(made), ...(snapshot ? [snapshot.name, snapshot.sandbox] : usedBy(sandbox ?? made))],
      effects: () => [becomes(made.there, true), becomes(made.runs, start)],
      run: () =>
        made.there.is(true)
          ? agent.client.startSandbox({ ref: made.name })
          : agent.client.forkSandboxes({ ...from, prefix: made.name, live: false, start, class: wanted }),
    }
  },
}

const exportBundle: Operation = {
  name: 'export',
  weight: 2,
  plan(world) {
    const { model, agent, output } = world
    const sandbox = pickSandbox(world, ({ volume }) => volume === null)
    if (!sandbox || model.bundles.size >= mostBundles) return null
    model.made += 1
    const name = `b${model.made}`
    const [files = ''] = sandbox.files.values()
    const [label = ''] = sandbox.label.values()
    const path = join(output, `${name}.joey`)
    const made = { name, path, class: classOf(sandbox), files, label, there: possible(false) }
    model.bundles.set(name, made)
    return {
      what: `export ${sandbox.name} to ${name}`,
      uses: [sandbox.name, name],
      effects: () => [becomes(made.there, true)],
      run: () =>
        agent.client.exportTree({ source: `sandbox:${sandbox.name}`, format: 'joey', output: path, withSecrets: true }),
    }
  },
}

const importBundle: Operation = {
  name: 'import',
  weight: 2,
  plan(world) {
    const { model, dice, agent } = world
    const bundle = dice.pick([...model.bundles.values()].filter(({ there }) => there.is(true)))
    if (!bundle || model.sandboxes.size >= mostSandboxes) return null
    const made = newSandbox(model, { class: bundle.class, files: [bundle.files], label: anything })
    return {
      what: `import ${bundle.name} as ${made.name}`,
      uses: [made.name, bundle.name],
      effects: () => [becomes(made.there, true)],
      run: async () => {
        const sheet = await agent.client.inspectBundle({ path: bundle.path })
        const agreed = sheet.requests.map(({ id }) => id)
        await agent.client.importBundle({ path: bundle.path, consent: sheet.consent, agreed, name: made.name })
      },
    }
  },
}

export const snapshotOperations: readonly Operation[] = [
  ...[take, removeSnapshot, restore, fork, exportBundle, importBundle],
]
