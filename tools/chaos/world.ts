import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IsolationClass } from '#contract/sandbox'
import { type Random, seeded } from '../../src-agent/testing/fuzz/mutate.ts'
import { ociEntries } from '../../src-agent/testing/images/image-builder.ts'
import { tarFile } from '../../src-agent/testing/images/tar-builder.ts'
import { openRegistry, type TestRegistry } from '../../src-agent/testing/registry/registry-fixture.ts'
import { createTestAgent, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { createModel, type Model } from './model.ts'

/** What the run of one seed has to do with. */
export interface World {
  readonly agent: TestAgent
  /** Null where this machine has none to start. */
  readonly registry: TestRegistry | null
  /** References that it can be asked for. */
  readonly remoteImages: readonly string[]
  /** Archives of images on this machine, and the names in them. */
  readonly archives: readonly { readonly path: string; readonly name: string }[]
  /** Where exports go. */
  readonly output: string
  readonly model: Model
  readonly classes: readonly IsolationClass[]
  readonly dice: Dice
  close(): Promise<void>
}

/** Choices of one seed. */
export interface Dice {
  /** From 0 to below a number. */
  below(most: number): number
  /** With a probability from 0 to 1. */
  happens(probability: number): boolean
  pick<T>(list: readonly T[]): T | undefined
}

export function createDice(random: Random): Dice {
  const below = (most: number) => Math.floor(random() * most)
  return { below, happens: (probability) => random() < probability, pick: (list) => list[below(list.length)] }
}

const remoteCount = 3
/** Enough that a pull takes long enough to be hit in the middle. */
const layerBytes = 3 * 1024 * 1024

export async function openWorld(seed: number, wanted: readonly IsolationClass[] | null): Promise<World> {
  const random = seeded(seed)
  const dice = createDice(random)
  const files = mkdtempSync(join(tmpdir(), 'jyfiles-'))
  const output = join(files, 'out')
  mkdirSync(output)
  const agent = createTestAgent()
  const registry = await openRegistry()
  const remoteImages: string[] = []
  for (let index = 0; index < remoteCount; index += 1) {
    const name = `team/app${index}:1`
    await registry.push(
      name,
      ociEntries([{ layers: [layer(random, 'base', 1), layer(random, `own${index}`, index + 2)] }]),
    )
    remoteImages.push(`${registry.host}/${name}`)
  }
  const archives = [0, 1].map((index) => {
    const path = join(files, `archive${index}.tar`)
    const image = { layers: [layer(random, `archive${index}`, index + 100)] }
    writeFileSync(path, tarFile(ociEntries([image], { 'org.opencontainers.image.ref.name': `archive${index}:1` })))
    return { path, name: `archive${index}:1` }
  })
  await agent.start()
  const offered = (await agent.client.listClasses({})).filter(({ available }) => available).map((each) => each.class)
  return {
    ...{ agent, registry, remoteImages, archives, output, dice },
    model: createModel(),
    classes: offered.filter((each) => wanted === null || wanted.includes(each)),
    async close() {
      await agent.dispose()
      await registry.close()
      rmSync(files, { recursive: true, force: true })
    },
  }
}

/** Of bytes that do not compress, the same for the same number. */
function layer(random: Random, name: string, of: number): Buffer {
  const own = seeded(of)
  const content = Buffer.alloc(name === 'base' ? layerBytes : Math.floor(random() * layerBytes) + 1)
  for (let at = 0; at + 4 <= content.length; at += 4) content.writeUInt32LE(Math.floor(own() * 2 ** 32), at)
  return tarFile([{ name, content }])
}
