import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../process/run.ts'
import { buildFuzzTarget, buildUnitTest, corpusOf, fuzzTargets, hasFuzzer, unitTests } from './c-build.ts'

/** Enough to run all that is kept and to try some thousands more. */
const fuzzSeconds = 4
const timeoutMs = 60_000

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-c-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(unitTests)('$name passes, and no sanitizer finds a fault in it', async (target) => {
  const { code, stderr } = await run(await buildUnitTest(target, folder), [], { timeoutMs })
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test.each(fuzzTargets)('$name takes whatever comes', async (target) => {
  const corpus = corpusOf(target)
  const program = await buildFuzzTarget(target, folder)
  // The first folder is where new inputs go, so the kept ones are the second.
  const found = mkdtempSync(join(folder, 'found-'))
  const kept = readdirSync(corpus).map((name) => join(corpus, name))
  const args = hasFuzzer()
    ? [`-max_total_time=${fuzzSeconds}`, '-seed=1', '-max_len=70000', `-artifact_prefix=${found}/`, found, corpus]
    : kept
  const { code, stderr } = await run(program, args, { cwd: folder, timeoutMs })
  expect(kept.length).toBeGreaterThan(0)
  expect(code, stderr.slice(-4000)).toBe(0)
})

test('a step beyond the end of an input would be found', async () => {
  const broken = { name: 'broken', program: 'joey-init', parts: [], tests: ['broken.c'] } as const
  const { code, stderr } = await run(await buildUnitTest(broken, folder), ['x'], { timeoutMs })
  expect(code).not.toBe(0)
  expect(stderr).toContain('heap-buffer-overflow')
})
