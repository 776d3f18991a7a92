import { expect, test } from 'vitest'
import { parseSecret } from './secret.ts'

const context = { env: { TOKEN: 't', key: 'v' }, cwd: '/project' }

test.each([
  ['id=key,src=a/b', { id: 'key', from: { file: '/project/a/b' } }],
  ['type=file,id=key,source=/a', { id: 'key', from: { file: '/a' } }],
  ['id=key,env=TOKEN', { id: 'key', from: { value: 't' } }],
  ['id=key', { id: 'key', from: { value: 'v' } }],
])('%s is a secret', (text, secret) => {
  expect(parseSecret(text, context)).toEqual(secret)
})

test.each(['', 'src=a', 'id=../x,src=a', 'id=a,from=b', 'id=a,type=ssh', 'id=a,env=NONE'])('%s is none', (text) => {
  expect(() => parseSecret(text, context)).toThrow(/--secret/)
})
