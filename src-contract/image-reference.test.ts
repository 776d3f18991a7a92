import { describe, expect, test } from 'vitest'
import { familiarName, hub, isLoopback, parseReference, wholeName } from './image-reference.ts'

const digest = `sha256:${'a1'.repeat(32)}`
const read = (text: string, rules = {}) => {
  const found = parseReference(text, rules)
  return typeof found === 'string' ? found : { whole: wholeName(found), shown: familiarName(found) }
}

describe('a reference is read as Docker documents it', () => {
  test.each([
    ['debian', `${hub.name}/library/debian:latest`, 'debian:latest'],
    ['debian:12', `${hub.name}/library/debian:12`, 'debian:12'],
    ['team/web', `${hub.name}/team/web:latest`, 'team/web:latest'],
    [`${hub.name}/debian`, `${hub.name}/library/debian:latest`, 'debian:latest'],
    [`${hub.aliases[0]}/team/web:1`, `${hub.name}/team/web:1`, 'team/web:1'],
    ['localhost/web', 'localhost/web:latest', 'localhost/web:latest'],
    ['localhost:5000/team/app:1', 'localhost:5000/team/app:1', 'localhost:5000/team/app:1'],
    ['127.0.0.1:5000/web', '127.0.0.1:5000/web:latest', '127.0.0.1:5000/web:latest'],
    ['Reg.Example.com/web:Tag_1', 'reg.example.com/web:Tag_1', 'reg.example.com/web:Tag_1'],
    ['reg.example.com:443/a/b/c', 'reg.example.com:443/a/b/c:latest', 'reg.example.com:443/a/b/c:latest'],
    [`debian@${digest}`, `${hub.name}/library/debian@${digest}`, `debian@${digest}`],
    [`debian:12@${digest}`, `${hub.name}/library/debian@${digest}`, `debian@${digest}`],
    ['a__b/c--d/e.f', `${hub.name}/a__b/c--d/e.f:latest`, 'a__b/c--d/e.f:latest'],
  ])('%s', (text, whole, shown) => {
    expect(read(text)).toEqual({ whole, shown })
  })

  test.each([
    ['', 'form'],
    ['-x', 'form'],
    ['a//b', 'form'],
    ['a/', 'form'],
    ['/a', 'form'],
    ['a/../b', 'form'],
    ['a___b', 'form'],
    ['a b', 'form'],
    ['Debian', 'upperCase'],
    ['reg.example.com/Web', 'upperCase'],
    ['debian:', 'tag'],
    ['debian:-x', 'tag'],
    [`debian:${'x'.repeat(129)}`, 'tag'],
    ['debian@sha256:12', 'digest'],
    ['debian@sha512:12', 'digestKind'],
    ['a'.repeat(64), 'id'],
    [`a/${'b'.repeat(255)}`, 'long'],
    ['reg.example.com:99999/a', 'registry'],
    ['-reg.example/a', 'registry'],
    ['oci:/etc/passwd', 'registry'],
    ['docker://debian', 'registry'],
    ['debian\n', 'form'],
  ])('%j is refused, and why', (text, fault) => {
    expect(read(text)).toBe(fault)
  })
})

test('another registry may be searched, and a short name may stand for a whole one', () => {
  expect(read('team/web', { searchRegistry: 'localhost:5000' })).toEqual({
    whole: 'localhost:5000/team/web:latest',
    shown: 'localhost:5000/team/web:latest',
  })
  const aliases = ['web=reg.example.com/team/web:2']
  expect(read('web', { aliases })).toMatchObject({ whole: 'reg.example.com/team/web:2' })
  expect(read('web:3', { aliases })).toMatchObject({ whole: 'reg.example.com/team/web:3' })
  expect(read('other', { aliases })).toMatchObject({ whole: `${hub.name}/library/other:latest` })
})

test('only this very machine may be spoken to without encryption', () => {
  expect(['localhost', 'localhost:5000', '127.0.0.1:5000', '127.8.9.1'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(['localhost.example.com', '127.0.0.1.example.com', '128.0.0.1', 'x127.0.0.1'].some(isLoopback)).toBe(false)
})
