import type { Operation } from './attempt.ts'
import { noFiles, type ThingModel } from './model.ts'
import { becomes, possible } from './possible.ts'
import type { World } from './world.ts'

const mostVolumes = 3

function imageOf({ model }: World, name: string): ThingModel {
  const known = model.images.get(name)
  if (known) return known
  const made = { name, there: possible(false) }
  model.images.set(name, made)
  return made
}

const pull: Operation = {
  name: 'pull',
  weight: 3,
  plan(world) {
    const ref = world.dice.pick(world.remoteImages)
    if (ref === undefined) return null
    const image = imageOf(world, ref)
    return {
      what: `pull ${ref}`,
      uses: ['images', ref],
      effects: () => [becomes(image.there, true)],
      run: () => world.agent.client.pullImage({ ref }),
    }
  },
}

const load: Operation = {
  name: 'load',
  weight: 1,
  plan(world) {
    const archive = world.dice.pick(world.archives)
    if (!archive) return null
    const image = imageOf(world, archive.name)
    return {
      what: `load ${archive.name}`,
      uses: ['images', archive.name],
      effects: () => [becomes(image.there, true)],
      run: () => world.agent.client.importImage({ path: archive.path, name: archive.name }),
    }
  },
}

const removeImage: Operation = {
  name: 'image-rm',
  weight: 2,
  plan(world) {
    const image = world.dice.pick([...world.model.images.values()].filter(({ there }) => there.is(true)))
    if (!image) return null
    return {
      what: `remove the image ${image.name}`,
      uses: ['images', image.name],
      effects: () => [becomes(image.there, false)],
      run: () => world.agent.client.removeImage({ ref: image.name }),
    }
  },
}

const createVolume: Operation = {
  name: 'volume',
  weight: 2,
  plan({ model, agent }) {
    if (model.volumes.size >= mostVolumes) return null
    model.made += 1
    const made = { name: `v${model.made}`, there: possible(false), files: possible(noFiles) }
    model.volumes.set(made.name, made)
    return {
      what: `make the volume ${made.name}`,
      uses: [made.name],
      effects: () => [becomes(made.there, true)],
      run: () => agent.client.createVolume({ name: made.name }),
    }
  },
}

const removeVolume: Operation = {
  name: 'volume-rm',
  weight: 1,
  plan({ model, agent, dice }) {
    const used = new Set([...model.sandboxes.values()].map(({ volume }) => volume))
    const free = [...model.volumes.values()].filter(({ name, there }) => there.is(true) && !used.has(name))
    const volume = dice.pick(free)
    if (!volume) return null
    return {
      what: `remove the volume ${volume.name}`,
      uses: [volume.name],
      effects: () => [becomes(volume.there, false)],
      run: () => agent.client.removeVolume({ name: volume.name }),
    }
  },
}

export const imageOperations: readonly Operation[] = [pull, load, removeImage, createVolume, removeVolume]
