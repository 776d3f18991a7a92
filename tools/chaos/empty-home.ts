import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { namesIn } from './folders.ts'
import type { World } from './world.ts'

/** What holds nothing once everything was removed. */
const emptied = ['sandboxes', 'layers', 'blocks', 'volumes', 'snapshots', 'images/staging', 'images/origins'] as const
const settleMs = 20_000
const pollMs = 100

/** Removes everything, and lists what is left of it in the state folder. */
export async function emptyHome(world: World): Promise<readonly string[]> {
  const { client, place } = world.agent
  for (const { id } of await client.listSandboxes({ all: true })) await client.removeSandbox({ ref: id, force: true })
  for (const { id } of await client.listSnapshots({})) await client.removeSnapshot({ ref: id })
  for (const { name } of await client.listVolumes({})) await client.removeVolume({ name })
  for (const { digest, builtIn } of await client.listImages({})) if (!builtIn) await client.removeImage({ ref: digest })
  const left = () => [
    ...emptied.flatMap((folder) => namesIn(join(place.home, folder)).map((name) => `${folder}/${name} is left`)),
    ...namesIn(join(place.home, 'images'))
      .filter((name) => name.endsWith('.erofs'))
      .slice(1)
      .map((name) => `images/${name} is left`),
  ]
  for (const giveUpAt = performance.now() + settleMs; left().length > 0 && performance.now() < giveUpAt; )
    await sleep(pollMs)
  return left()
}
