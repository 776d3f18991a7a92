import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Trial } from './trial.ts'

const count = 60

/** Layers between an image and a writable layer. A guest that mounts blocks gets all of them as one file, as tested elsewhere. */
export function describeLayers(current: () => Trial): void {
  test('a sandbox stands on as many layers as snapshots make, the topmost first', async ({ skip }) => {
    const trial = current()
    if (trial.driver.disk === 'image') skip('its guest mounts one file for all layers')
    const folder = join(dirname(trial.setting.tree), 'a-state-folder-with-a-name-that-is-anything-but-short', 'layers')
    const layers = Array.from({ length: count }, (_, index) => makeLayer(folder, index))
    try {
      const script = 'cat /top /only-0 /only-59; echo written > /top; cat /top; ls / | grep -c only'
      await trial.runToEnd(script, { lowers: [...layers, trial.setting.tree] })
      expect(trial.output()).toEqual(['layer 0', 'layer 0', 'layer 59', 'written', String(count)])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('a named pipe that a program makes is there in the next run, or the driver says that it is not', async () => {
    const trial = current()
    const isKept = !trial.driver.limitations.some(({ feature }) => feature === 'namedPipes')
    await trial.runToEnd('busybox mkfifo /pipe; busybox mkdir /in; busybox mkfifo /in/it; sync')
    await trial.driver.remove(trial.id, trial.paths)
    await trial.runToEnd('for each in /pipe /in/it; do test -p $each && echo $each; done; test -d /in && echo ended')
    expect(trial.output()).toEqual([...(isKept ? ['/pipe', '/in/it'] : []), 'ended'])
  })
}

function makeLayer(folder: string, index: number): string {
  const tree = join(folder, String(index).padStart(12, '0'), 'tree')
  mkdirSync(tree, { recursive: true })
  for (const name of ['top', `only-${index}`]) writeFileSync(join(tree, name), `layer ${index}\n`)
  return tree
}
