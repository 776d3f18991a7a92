import { expect, test } from 'vitest'
import { smokeEffort } from './effort.ts'
import { loadBenches } from './load.ts'
import { isPodmanThere } from './podman.ts'

/** The image of `database` is made by the first run on a machine, from packages that come over the network. */
const longestMs = 600_000

// Each once and small. Whether a figure is good is not asked here: machines of tests are busy.
test.each(await loadBenches([]))(
  'the benchmark "$name" runs, and every figure of it is one',
  async ({ name, run }) => {
    const rows = await run(smokeEffort)
    const needsMore = name === 'database' || (name === 'peers' && !isPodmanThere())
    if (!needsMore) expect(rows.length).toBeGreaterThan(0)
    for (const { what, ours, bare, ratio } of rows) {
      for (const figure of [ours, bare, ratio]) expect(figure, what).toBeGreaterThanOrEqual(0)
    }
  },
  longestMs,
)

test('a benchmark that there is not is refused by its name', async () => {
  await expect(loadBenches(['nothing'])).rejects.toThrow('There is no benchmark "nothing". Choose from: command-line,')
})
