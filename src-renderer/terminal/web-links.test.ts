import { Terminal } from '@xterm/headless'
import type { ILink, ILinkProvider, Terminal as Screen } from '@xterm/xterm'
import { expect, test } from 'vitest'
import { addWebLinks, findLinks } from './web-links.ts'

test.each([
  ['an address', 'see https://joey.example/a?b=c#d for more', ['https://joey.example/a?b=c#d']],
  [
    'what ends the sentence is none of it',
    'At http://localhost:8080/. Or (https://a.example/b(c))!',
    ['http://localhost:8080/', 'https://a.example/b(c)'],
  ],
  ['quotes and brackets end it', '"https://a.example" <http://b.example>', ['https://a.example', 'http://b.example']],
  ['other schemes are none', 'file:///etc/passwd javascript:alert(1) ssh://a.example', []],
  ['a scheme without a host is none', 'https:// http://?', []],
])('%s', (_rule, text, addresses) => {
  expect(findLinks(text).map((found) => found.address)).toEqual(addresses)
})

/** The links of a row of 20 columns, as a screen would ask for them. */
async function linksOf(text: string, row: number): Promise<readonly ILink[]> {
  const terminal = new Terminal({ cols: 20, rows: 6, allowProposedApi: true })
  await new Promise<void>((resolve) => terminal.write(text, resolve))
  let provider: ILinkProvider | undefined
  // The headless one has no mouse, so nobody asks for links: the test does.
  const screen = Object.assign(terminal, {
    registerLinkProvider: (given: ILinkProvider) => {
      provider = given
      return { dispose: () => undefined }
    },
  })
  addWebLinks(screen as unknown as Screen, () => undefined)
  return new Promise((resolve) => provider?.provideLinks(row, (links) => resolve(links ?? [])))
}

test('an address that is broken over rows is one, found from each of them', async () => {
  const text = 'go to https://joey.example/a/long/path now'
  for (const row of [1, 2]) {
    const [link] = await linksOf(text, row)
    expect(link).toMatchObject({
      text: 'https://joey.example/a/long/path',
      range: { start: { x: 7, y: 1 }, end: { x: 18, y: 2 } },
    })
  }
  expect(await linksOf(text, 3)).toEqual([])
})

test('wide characters before it do not move it', async () => {
  const [link] = await linksOf('文字 http://a.example', 1)
  expect(link?.range.start).toEqual({ x: 6, y: 1 })
})
