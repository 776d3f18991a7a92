import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLastWords } from './last-words.ts'

describe('the last words of a guest', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'joey-words-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const read = (content: string | Buffer) => {
    const file = join(folder, 'status')
    writeFileSync(file, content)
    return readLastWords(file)
  }

  test('have the exit code and the kills', async () => {
    expect(await read('{"code":7,"oomKills":2}\n')).toEqual({ code: 7, oomKills: 2 })
  })

  test('are only the first line', async () => {
    expect(await read('{"code":7,"oomKills":0}\n{"code":0,"oomKills":0}\n')).toEqual({ code: 7, oomKills: 0 })
  })

  test.each([
    ['nothing', ''],
    ['an unfinished line', '{"code":7,"oomKills":0}'],
    ['a code that no process has', '{"code":256,"oomKills":0}\n'],
    ['a negative code', '{"code":-1,"oomKills":0}\n'],
    ['a broken number', '{"code":1.5,"oomKills":0}\n'],
    ['a number without end', '{"code":1e999,"oomKills":0}\n'],
    ['a text', '{"code":"0","oomKills":0}\n'],
    ['more than was requested', '{"code":0,"oomKills":0,"note":"trust me"}\n'],
    ['less than was requested', '{"code":0}\n'],
    ['a list', '[0,0]\n'],
    ['a flood', 'x'.repeat(1_000_000)],
    ['bytes', Buffer.from([0, 255, 254, 10])],
  ])('are not taken from %s', async (_what, content) => {
    expect(await read(content)).toBeNull()
  })

  test('are missing where there is no file', async () => {
    expect(await readLastWords(join(folder, 'absent'))).toBeNull()
  })
})
