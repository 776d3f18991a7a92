import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { windowAccount } from '#contract/client/place'
import { run } from '../process/run.ts'
import { asAccount, prepareFolders, windowFolders } from './window-account.ts'

const account = { uid: windowAccount, gid: windowAccount, home: null }
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-as-'))
  mkdirSync(join(folder, 'app/out/main'), { recursive: true })
  writeFileSync(join(folder, 'app/out/main/index.cjs'), 'the app')
  writeFileSync(join(folder, 'joey'), '#!/bin/sh\necho "$@" as $(id -u) >&2; exit 7\n')
  writeFileSync(join(folder, 'cookie'), 'a cookie')
  for (const file of ['joey', 'cookie']) chmodSync(join(folder, file), 0o700)
  prepareFolders(account)
})
afterAll(() => {
  rmSync(windowFolders(account, { JOEY_HOME: folder }).home, { recursive: true, force: true })
  rmSync(folder, { recursive: true })
})

/** What a shell prints that stands in for Electron. */
async function seen(script: string): Promise<string> {
  const env = { ...process.env, JOEY_HOME: folder, DISPLAY: ':7', XAUTHORITY: join(folder, 'cookie') }
  const { program, args, env: words } = asAccount(account, { program: '/bin/sh', args: ['-c', script], env })
  const changed = { ...words, JOEY_AS_APP: join(folder, 'app'), JOEY_AS_JOEY: join(folder, 'joey') }
  // As Playwright does it for root.
  const { stdout, stderr } = await run(program, ['--no-sandbox', ...args], { env: changed, timeoutMs: 20_000 })
  expect(stderr).toBe('')
  return stdout.trim()
}

test('the program is an account without any privilege, with folders of its own', async () => {
  const status = await seen(
    'id -u; id -G; grep -E "Cap(Inh|Prm|Eff|Amb)" /proc/self/status; touch $HOME/x $TMPDIR/x && echo mine',
  )
  expect(status.split('\n').map((line) => line.replace(/^Cap\w+:\s*/, ''))).toEqual([
    String(windowAccount),
    String(windowAccount),
    ...Array.from({ length: 4 }, () => '0'.repeat(16)),
    'mine',
  ])
})

test('what root shows its display with is handed on', async () => {
  expect(await seen('cat $XAUTHORITY; stat -c " %a %u" $XAUTHORITY')).toBe(`a cookie 600 ${windowAccount}`)
})

test('an app below a folder that is closed to the account is seen elsewhere, and cannot be changed there', async () => {
  const place = '/run/joey-users/app/out/main/index.cjs'
  expect(await seen(`cat ${place}; (echo x >>${place}) 2>/dev/null || echo " stays"`)).toBe('the app stays')
})

test('what stays root starts the agent for that account and nothing else, and says what the matter was', async () => {
  expect(await seen('echo stop >&9; echo start >&9; read answer <&8; echo "$answer"')).toBe(
    `agent start --owner ${windowAccount} as 0`,
  )
})
