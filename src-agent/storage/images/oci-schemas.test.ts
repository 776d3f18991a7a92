import { expect, test } from 'vitest'
import { Configuration, Descriptor, faultOf } from './oci-schemas.ts'

const rootfs = { diff_ids: [] }

test.each([
  ['a text with a NUL', Configuration, { rootfs, config: { Env: ['A=a\0b'] } }, 'nul', 'config.Env.0'],
  ['another digest', Descriptor, { digest: 'md5:1', size: 1 }, 'digest', 'digest'],
  ['another kind of value', Descriptor, { digest: `sha256:${'0'.repeat(64)}`, size: 'x' }, 'form', 'size'],
  ['no object', Descriptor, 7, 'form', ''],
] as const)('%s is named with its place', (_what, schema, value, fault, field) => {
  const { error } = schema.safeParse(value)
  expect(error && faultOf(error).params).toMatchObject({ fault, field })
})

test('the place stands before what is wrong, where there is one', () => {
  const [nul, whole] = [Configuration.safeParse({ rootfs, config: { User: '\0' } }), Configuration.safeParse(7)]
  expect(nul.error && faultOf(nul.error).message).toBe('config.User: a text in an image must not hold a NUL')
  expect(whole.error && faultOf(whole.error).message).toMatch(/^Invalid input: .*[^.]$/)
})
