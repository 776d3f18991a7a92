import * as fs from 'node:fs'
import { join } from 'node:path'
import { createRandom } from './random-layer.ts'

/**
 * A program of its own: changes a folder all the time, as a guest would that builds, unpacks and cleans up at once, until it is
 * killed. Arguments: the folder, a seed and, to end by itself, a number of steps.
 */
const [folder = '', seed = '1', most = 'Infinity'] = process.argv.slice(2)
const random = createRandom(Number(seed))
const names = ['a', 'b', 'c', 'd', 'e', 'f']

function somewhere(): string {
  const depth = random(4)
  return join(folder, ...Array.from({ length: depth + 1 }, () => names[random(names.length)] ?? 'a'))
}

const steps: readonly (() => unknown)[] = [
  () => fs.mkdirSync(somewhere()),
  () => fs.mkdirSync(somewhere(), { recursive: true }),
  () => fs.writeFileSync(somewhere(), 'x'.repeat(random(20_000))),
  () => fs.writeFileSync(somewhere(), 'y'.repeat(random(200))),
  () => fs.appendFileSync(somewhere(), 'more'),
  () => fs.renameSync(somewhere(), somewhere()),
  () => fs.renameSync(somewhere(), somewhere()),
  () => fs.linkSync(somewhere(), somewhere()),
  // Never to anything of the machine: what else is done here follows links.
  () => fs.symlinkSync(random(2) === 0 ? 'nowhere/at/all' : 'a', somewhere()),
  () => fs.unlinkSync(somewhere()),
  () => fs.rmdirSync(somewhere()),
  () => random(5) === 0 && fs.rmSync(somewhere(), { recursive: true, force: true }),
  () => fs.chmodSync(somewhere(), 0o700 + random(0o100)),
  () => fs.truncateSync(somewhere(), random(50_000)),
  () => swap(somewhere(), somewhere()),
]

/** Two folders in each other's places for a moment: then all is as it was. */
function swap(one: string, two: string): void {
  const aside = join(folder, `aside-${process.pid}`)
  fs.renameSync(one, aside)
  try {
    fs.renameSync(two, one)
    fs.renameSync(aside, two)
  } catch {
    if (fs.existsSync(aside) && !fs.existsSync(one)) fs.renameSync(aside, one)
    else fs.rmSync(aside, { recursive: true, force: true })
  }
}

process.stdout.write('ready\n')
for (let step = 0; step < Number(most); step += 1) {
  try {
    steps[random(steps.length)]?.()
  } catch {
    // Most of what it tries cannot be done; what matters is that something changes at every moment.
  }
}
