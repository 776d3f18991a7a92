import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sentence, wordingOf } from '#contract/sentence'
import { openTreePair } from '../../storage/trees/tree-pair.ts'
import { foldersAt, plainTools } from '../../testing/compare/plain-trees.ts'
import { compareTextOf } from './compare-text.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-text-'))
  for (const side of ['a', 'b']) mkdirSync(join(home, side))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

type Content = string | Buffer | null

async function compare(before: Content, after: Content, patienceMs?: number) {
  for (const [side, content] of Object.entries({ a: before, b: after })) {
    if (content !== null) writeFileSync(join(home, side, 'file'), content)
  }
  const pair = await openTreePair(foldersAt(join(home, 'a')), foldersAt(join(home, 'b')), plainTools)
  try {
    return await compareTextOf(pair, 'file', patienceMs)
  } finally {
    await pair.close()
  }
}

test('a changed line is shown with what is around it', async () => {
  const { diff, why } = await compare('one\ntwo\nthree\n', 'one\n2\nthree\n')
  expect(why).toBeNull()
  expect(diff).toContain('--- a/file')
  expect(diff).toContain('+++ b/file')
  expect(diff).toContain(' one\n-two\n+2\n three\n')
})

test('what is new is compared with nothing', async () => {
  const { diff } = await compare(null, 'one\n')
  expect(diff).toContain('--- /dev/null')
  expect(diff).toContain('+one')
})

test('equal files have no difference', async () => {
  expect(await compare('same\n', 'same\n')).toEqual({ diff: '', why: null })
})

test.each([
  ['bytes that are no text', Buffer.from([1, 0, 2]), 'x', sentence('text-is-binary')],
  ['text that is not UTF-8', Buffer.from([0x61, 0xff]), 'x', sentence('text-not-utf8')],
  ['a large file', 'x'.repeat(1024 * 1024 + 1), 'x', sentence('text-too-large', { mebibytes: 1 })],
] as const)('%s has a reason in place of a difference', async (_rule, before, after, reason) => {
  expect(await compare(before, after)).toEqual({ diff: null, why: reason.message, whyWording: wordingOf(reason) })
})

test('a link is not followed', async () => {
  symlinkSync('/etc/passwd', join(home, 'a', 'file'))
  const { diff, why } = await compare(null, 'x')
  expect([diff, why]).toEqual([null, expect.stringMatching(/regular file/)])
})

test('what is in neither tree is not found', async () => {
  await expect(compare(null, null)).rejects.toMatchObject({ wire: { code: 'notFound' } })
})

test('two files of which no line is the same end with a reason, and others have their turn meanwhile', async () => {
  const lines = (seed: number) => Array.from({ length: 60_000 }, (_, index) => `${index * seed}`).join('\n')
  let turns = 0
  let next: NodeJS.Immediate | undefined
  const takeTurn = (): void => {
    turns += 1
    next = setImmediate(takeTurn)
  }
  takeTurn()
  const { diff, why } = await compare(lines(7), lines(11), 300)
  clearImmediate(next)
  expect([diff, why]).toEqual([null, expect.stringMatching(/too much/)])
  expect(turns).toBeGreaterThan(5)
})
