import { expect, test } from 'vitest'
import { fakeContext } from '../../testing/fake-context.ts'
import { login } from './login.ts'

test.each(['', '\n'])('no password on standard input (%j) is said before anybody is asked', async (input) => {
  const { context, stdin } = fakeContext('')
  stdin.end(input)
  const flags = { username: 'a', 'password-stdin': true, json: false, verbose: false, help: false }
  await expect(login.run({ operands: ['x.invalid'], flags }, context)).rejects.toThrow(
    'No password came on standard input.',
  )
})
