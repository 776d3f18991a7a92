import { expect, test } from 'vitest'
import { overlayMount } from './overlay-options.ts'

const paths = { upper: '/state/s/upper', work: '/state/s/work' }
const layer = (index: number) => `/var/lib/a-long-name-of-a-state-folder/layers/${String(index).padStart(12, '0')}/tree`

test('a hundred layers fit into one page, the topmost first, and the image keeps its whole path', () => {
  const layers = Array.from({ length: 100 }, (_, index) => layer(index))
  const { from, options } = overlayMount({
    lowers: [...layers, '/run/joey/images/0123456789abcdef'],
    paths,
    grants: [],
  })
  expect(from).toBe('/var/lib/a-long-name-of-a-state-folder/layers')
  expect(options.length).toBeLessThan(4_000)
  expect(options).toContain('lowerdir=000000000000/tree:000000000001/tree:')
  expect(options).toContain(
    ':000000000099/tree:/run/joey/images/0123456789abcdef,upperdir=/state/s/upper,workdir=/state/s/work',
  )
})

test('an image alone, in whatever folder, is found', () => {
  expect(overlayMount({ lowers: ['/run/images/abc'], paths, grants: [] })).toMatchObject({ from: '/run/images' })
  expect(overlayMount({ lowers: ['/abc'], paths, grants: [] })).toMatchObject({ from: '/' })
  expect(overlayMount({ lowers: ['/abc'], paths, grants: [] }).options).toContain('lowerdir=/abc,')
  expect(overlayMount({ lowers: ['/a/b', '/ab/c'], paths, grants: [] }).options).toContain('lowerdir=b:/ab/c,')
})

test('a folder whose name begins like another is not taken for it', () => {
  const { from, options } = overlayMount({ lowers: ['/s/layers/1/tree', '/s/layers-of-old/2/tree'], paths, grants: [] })
  expect([from, options.includes('lowerdir=tree:/s/layers-of-old/2/tree')]).toEqual(['/s/layers/1', true])
})

test('files give programs no rights, unless that is granted', () => {
  const options = (grants: Parameters<typeof overlayMount>[0]['grants']) =>
    overlayMount({ lowers: ['/abc'], paths, grants }).options.split(',')
  expect(options([])).toEqual(expect.arrayContaining(['nosuid', 'nodev']))
  expect(options([{ kind: 'new-privileges' }])).toContain('nodev')
  expect(options([{ kind: 'new-privileges' }])).not.toContain('nosuid')
})
