import { expect, test } from 'vitest'
import { resolveAccount } from './accounts.ts'

const passwd =
  'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:App:/home/app:/bin/sh\nbroken line\nevil:x:99999999999:1:x:/:/bin/sh\n'
const group = 'root:x:0:\nwheel:x:10:root,app\nstaff:x:20:app\napp:x:1001:\n'

test.each([
  ['no user is root', '', { uid: 0, gid: 0, additionalGids: [10], home: '/root' }],
  [
    'a name is looked up, with its groups',
    'app',
    { uid: 1000, gid: 1001, additionalGids: [10, 20], home: '/home/app' },
  ],
  [
    'a known number has the groups of its name',
    '1000',
    { uid: 1000, gid: 1001, additionalGids: [10, 20], home: '/home/app' },
  ],
  ['an unknown number needs no entry', '4242', { uid: 4242, gid: 0, additionalGids: [], home: '/' }],
  ['a named group replaces all others', 'app:staff', { uid: 1000, gid: 20, additionalGids: [], home: '/home/app' }],
  ['numbers for both', '5:6', { uid: 5, gid: 6, additionalGids: [], home: '/' }],
])('%s', (_rule, user, account) => {
  expect(resolveAccount(user, passwd, group)).toEqual(account)
})

test.each([
  ['an unknown name', 'nobody-here', 'user-unknown'],
  ['an unknown group', 'app:nogroup', 'group-unknown'],
  ['a number beyond what the kernel has', '4294967296', 'user-unknown'],
  ['a name whose entry has an impossible number', 'evil', 'user-unknown'],
])('%s is refused', (_rule, user, reason) => {
  expect(() => resolveAccount(user, passwd, group)).toThrow(
    expect.objectContaining({ wire: expect.objectContaining({ reason }) }),
  )
})
