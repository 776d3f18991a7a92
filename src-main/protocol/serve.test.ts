import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServer } from './serve.ts'

let base: string
let serve: (path: string, method?: string) => Promise<Response>
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'joey-serve-'))
  const folder = join(base, 'renderer')
  mkdirSync(folder)
  writeFileSync(join(base, 'secret.js'), 'secret')
  writeFileSync(join(folder, 'index.html'), '<meta nonce="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>')
  writeFileSync(join(folder, 'app.js'), 'ok()')
  symlinkSync('../secret.js', join(folder, 'link.js'))
  const handler = createServer(folder)
  serve = (path, method = 'GET') => handler({ method, url: `app://joey${path}` })
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const nonceIn = (response: Response): string =>
  /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1] ?? ''

test('the page carries the nonce of its policy, a fresh one with each load', async () => {
  const [first, second] = [await serve('/'), await serve('/index.html')]

  expect(nonceIn(first)).toMatch(/^[A-Za-z0-9+/]{24}$/)
  expect(nonceIn(first)).not.toBe(nonceIn(second))
  expect(await first.text()).toBe(`<meta nonce="${nonceIn(first)}"><style nonce="${nonceIn(first)}"></style>`)
})

test('the policy allows nothing inline but styles with the nonce, and no other origin', async () => {
  const policy = (await serve('/')).headers.get('content-security-policy')

  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
})

test('a script is served with its type and must not be sniffed', async () => {
  const response = await serve('/app.js')

  expect(response.headers.get('content-type')).toContain('text/javascript')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await response.text()).toBe('ok()')
})

test.each([['/missing.js'], ['/link.js'], ['/..%2fsecret.js'], ['/%2e%2e/%2e%2e/etc/passwd']])(
  '%s is not found',
  async (path) => {
    expect((await serve(path)).status).toBe(404)
  },
)

test('another host of the scheme serves nothing', async () => {
  const response = await createServer(join(base, 'renderer'))({ method: 'GET', url: 'app://other/app.js' })

  expect(response.status).toBe(404)
})

test('nothing but reading is allowed', async () => {
  expect((await serve('/app.js', 'POST')).status).toBe(405)
})
