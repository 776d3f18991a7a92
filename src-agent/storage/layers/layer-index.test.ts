import { expect, test } from 'vitest'
import { say } from '#contract/language'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { formatEntry, type IndexEntry, indexHead, parseEntry, parseIndex, toAttribute } from './layer-index.ts'
import { describeDifference } from './verify-layer.ts'

const every = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).join('')
const odd: IndexEntry = {
  path: `tree/${every}`,
  kind: 'l',
  mode: 0o7777,
  uid: 4_000_000_000,
  gid: 0,
  size: 2 ** 50,
  mtimeNs: -1_234_567_890_123_456_789n,
  major: 4095,
  minor: 1_048_575,
  target: every,
  linkTo: '-',
  attributes: [toAttribute('user.a=b,c', ''), toAttribute('trusted.x', 'y\0\n')],
  digest: 'blocks:00',
}
const bare: IndexEntry = { ...odd, path: '-', kind: 'd', target: '', linkTo: '', attributes: [], digest: '' }

test.each([odd, bare])('an entry is one line of printable text and comes back from it', (entry) => {
  const line = formatEntry(entry)
  expect(line).toMatch(/^[ -~]+\n$/)
  const back = parseEntry(line.trimEnd())
  expect({ ...back, attributes: new Set(back?.attributes) }).toEqual({
    ...entry,
    attributes: new Set(entry.attributes),
  })
})

test('the order of attributes, which file systems choose, makes no difference', () => {
  expect(formatEntry({ ...odd, attributes: odd.attributes.toReversed() })).toBe(formatEntry(odd))
})

test('a long value is kept as its checksum, and no short value can pass for one', () => {
  const long = toAttribute('user.a', 'x'.repeat(65))
  expect(long.value).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(toAttribute('user.a', long.value.slice(0, 20)).value).not.toBe(long.value.slice(0, 20))
})

test('a text that is no index, or is cut, is not read as one', () => {
  const whole = indexHead + formatEntry(odd)
  expect(parseIndex(whole)?.length).toBe(1)
  for (const text of ['', 'something else\n', whole.slice(0, -1), `${whole}more\n`]) expect(parseIndex(text)).toBeNull()
})

test('every difference is reported in a sentence with the path as a person would type it', () => {
  const was: IndexEntry = { ...bare, kind: 'f', path: 'tree/a\xff', size: 1, digest: 'x', mode: 0o644, target: '' }
  const describe = (more: Partial<IndexEntry>) =>
    describeDifference(was, { ...was, ...more }).map(({ message }) => message)
  expect(describe({ mode: 0o600 })).toEqual(['The mode of /a\\xff is 600 and was 644.'])
  expect(describe({ digest: 'y' })).toEqual(['The content of /a\\xff has changed.'])
  expect(describe({ size: 2, digest: 'y' })).toEqual(['The size of /a\\xff is 2 and was 1.'])
  expect(describe({ uid: 1, mtimeNs: 0n }).length).toBe(2)
  expect(describe({ attributes: [{ name: 'user.a', value: '' }] })).toEqual(['The attributes of /a\\xff have changed.'])
  expect(describe({ linkTo: 'tree/b', size: 0, digest: '' })).toEqual(['/a\\xff has other hard links.'])
  expect(describe({ kind: 'd' })).toEqual(['/a\\xff is a folder and was a file.'])
  expect(describe({})).toEqual([])
  const disk = { ...was, path: 'disk.ext4' }
  expect(describeDifference(disk, { ...disk, mode: 0o600 })[0]?.message).toBe(
    'The mode of the disk is 600 and was 644.',
  )
})

test('each difference can be said in another language', () => {
  const was: IndexEntry = { ...bare, kind: 'f', path: 'tree/a', size: 1, digest: 'x', mode: 0o644, target: '' }
  const other = describeDifference(was, {
    ...was,
    mode: 0o600,
    uid: 1,
    size: 2,
    mtimeNs: 0n,
    linkTo: 'tree/b',
    major: 1,
  })
  for (const said of [...other, ...describeDifference(was, { ...was, kind: 'p' }), ...describeDifference(null, was)]) {
    expect(say(said, pseudoLanguage)).toBe(`[${said.reason}: ${said.message}]`)
  }
})
