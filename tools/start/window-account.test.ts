import { expect, test } from 'vitest'
import { windowAccount } from '#contract/client/place'
import { asAccount, chooseWindowAccount, windowFolders } from './window-account.ts'

const passwd = 'root:x:0:0:root:/root:/bin/bash\nada:x:1000:1001:Ada:/home/ada:/bin/bash\nodd:x:7:7:::\n'
const own = { uid: windowAccount, gid: windowAccount, home: null }

test.each([
  ['who is not root keeps its account', 1000, { SUDO_UID: '1001' }, null],
  ['who ran sudo sees the window as themselves', 0, { SUDO_UID: '1000' }, { uid: 1000, gid: 1001, home: '/home/ada' }],
  ['root alone gets an id that nobody else has', 0, {}, own],
  ['root by sudo from root as well', 0, { SUDO_UID: '0' }, own],
  ['an account that this machine does not know as well', 0, { SUDO_UID: '4711' }, own],
  ['one without a home as well', 0, { SUDO_UID: '7' }, own],
] as const)('%s', (_rule, uid, env, account) => {
  expect(chooseWindowAccount(uid, env, passwd)).toEqual(account)
})

test('the window’s things lie where the account may write, away from those of other state folders', () => {
  const ada = { uid: 1000, gid: 1001, home: '/home/ada' }
  expect(windowFolders(ada, {}).home).toBe('/home/ada/.config/joey')
  expect(windowFolders(own, {}).home).toBe(`/var/lib/joey-users/${windowAccount}`)
  const [one, other] = ['/nowhere/a', '/nowhere/b'].map((JOEY_HOME) => windowFolders(ada, { JOEY_HOME }).home)
  expect(one).toMatch(/^\/run\/joey-users\/1000\/window-[0-9a-f]{6}$/)
  expect(other).not.toBe(one)
})

test('the window finds the agent at the socket of its account', () => {
  const { env } = asAccount(own, { program: '/e', args: [], env: {} })
  expect(env['JOEY_STARTER']).toBe(`8 9 /run/joey-users/${windowAccount}/joeyd.sock`)
})
