import { describe, expect, test } from 'vitest'
import { findTarget, followLink } from './deep-link.ts'

describe('a link', () => {
  test.each([
    ['joey://sandbox/web', { kind: 'sandbox', ref: 'web', tab: null }],
    ['joey://sandbox/web/', { kind: 'sandbox', ref: 'web', tab: null }],
    ['joey://sandbox/Web_1.a/files', { kind: 'sandbox', ref: 'Web_1.a', tab: 'files' }],
    ['joey://sandbox/web/No%2Fwhere', { kind: 'sandbox', ref: 'web', tab: null }],
    ['joey://images', { kind: 'page', route: '/images' }],
    ['joey:host', { kind: 'page', route: '/host' }],
    ['/home/ann/box.joey', { kind: 'page', route: '/images' }],
  ])('%s is known', (link, target) => {
    expect(findTarget(['/opt/Joey/joey-window', link])).toEqual(target)
  })

  test.each([
    'joey://',
    'joey://remove/web',
    'joey://sandbox/',
    'joey://sandbox/../host',
    'joey://sandbox/a%2Fb',
    'joey://sandbox/web/files/etc',
    'joey://sandbox/-x',
    'joey://images/x',
    'joey://sandbox/web?run=1',
    'https://example.org/x',
    '--flag.joey',
    '.joey',
  ])('%s leads nowhere', (link) => {
    expect(findTarget(['/opt/Joey/joey-window', link])).toBeNull()
  })

  test('the name of the program is none', () => {
    expect(findTarget(['/opt/box.joey'])).toBeNull()
  })
})

describe('what is followed', () => {
  const follow = async (link: string): Promise<string[]> => {
    const shown: string[] = []
    await followLink(['app', link], {
      findSandbox: async (ref) => {
        if (ref === 'gone') throw new Error('There is none.')
        return `id-of-${ref}`
      },
      show: (route) => shown.push(route),
      log: () => undefined,
    })
    return shown
  }

  test('is shown by the id of the sandbox, and the list where there is none', async () => {
    expect(await follow('joey://sandbox/web')).toEqual(['/sandboxes/id-of-web'])
    expect(await follow('joey://sandbox/web/logs')).toEqual(['/sandboxes/id-of-web/logs'])
    expect(await follow('joey://sandbox/gone')).toEqual(['/sandboxes'])
    expect(await follow('joey://volumes')).toEqual(['/volumes'])
    expect(await follow('nothing')).toEqual([])
  })
})
