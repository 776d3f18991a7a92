import { expect, test } from 'vitest'
import type { Trial } from './trial.ts'

/** A folder that is made stays, so that each is requested once. */
const made = [
  { what: 'a missing folder, read-only', cwd: '/not/there', readOnlyRoot: true, wanted: '/not/there' },
  { what: 'a missing folder', cwd: '/nor/there', readOnlyRoot: false, wanted: '/nor/there' },
  { what: 'a link to nowhere, read-only', cwd: '/link', readOnlyRoot: true, wanted: '/no/where' },
  { what: 'a link to nowhere', cwd: '/other', readOnlyRoot: false, wanted: '/no/other' },
  { what: 'a folder below a link to nowhere', cwd: '/below/it', readOnlyRoot: false, wanted: '/no/below/it' },
  { what: 'a relative link to nowhere', cwd: '/tmp/link', readOnlyRoot: true, wanted: '/tmp/no/where' },
  { what: 'a link that climbs above the root', cwd: '/high', readOnlyRoot: false, wanted: '/up/there' },
  { what: 'slashes at its end', cwd: '/slashes//here//', readOnlyRoot: true, wanted: '/slashes/here' },
  { what: 'a folder that is there', cwd: '/tmp', readOnlyRoot: true, wanted: '/tmp' },
]
const links = [
  ...['ln -s /no/where /link', 'ln -s /no/other /other', 'ln -s /no/below /below', 'ln -s no/where /tmp/link'],
  ...['ln -s ../../../up/there /high', 'ln -s circle /circle'],
].join('; ')

/** Where a main process begins: what is missing is made, as Docker makes it. */
export function describeWorkingFolders(current: () => Trial): void {
  test('a missing working folder is made, also behind a link to nowhere and where the root is read-only', async () => {
    const trial = current()
    await trial.runToEnd(links)
    for (const { what, cwd, readOnlyRoot, wanted } of made) {
      await trial.driver.remove(trial.id, trial.paths)
      await trial.launch(trial.plan([], { readOnlyRoot, process: trial.process(['pwd', '-P'], { cwd }) }))
      expect(await trial.ending(), what).toMatchObject({ code: 0 })
      expect(trial.output().at(-1), what).toBe(wanted)
    }
  }, 120_000)

  test('a main process that is to begin where no folder can be is refused with a sentence', async () => {
    const trial = current()
    await trial.runToEnd(links)
    for (const cwd of ['/bin/busybox', '/bin/busybox/below', '/circle']) {
      await trial.driver.remove(trial.id, trial.paths)
      await expect(trial.launch(trial.plan([], { process: trial.process(['pwd'], { cwd }) }))).rejects.toMatchObject({
        wire: { code: 'invalidRequest', reason: 'working-directory' },
      })
    }
  }, 60_000)
}
