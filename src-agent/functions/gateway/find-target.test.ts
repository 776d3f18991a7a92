import { describe, expect, it } from 'vitest'
import type { JoeyFunction } from '#contract/function'
import { chooseRevision, findTarget } from './find-target.ts'

describe('an address', () => {
  it.each([
    ['site.localhost:8080', '/a?b', { name: 'site', tag: null, path: '/a?b' }],
    ['SITE.localhost', '/', { name: 'site', tag: null, path: '/' }],
    ['old--my-site.localhost', '/', { name: 'my-site', tag: 'old', path: '/' }],
    ['127.0.0.1:8080', '/fn/site', { name: 'site', tag: null, path: '/' }],
    ['localhost', '/fn/site?x=1', { name: 'site', tag: null, path: '/?x=1' }],
    ['[::1]:80', '/fn/site@old/a//b', { name: 'site', tag: 'old', path: '/a//b' }],
  ])('%s with %s names a function', (host, url, target) => {
    expect(findTarget(host, url)).toEqual(target)
  })

  it('of another host is refused, whatever the path is, so that no page of somebody else reads answers', () => {
    for (const host of [
      'evil.example',
      'site.localhost.evil.example',
      'localhost.evil.example:80',
      '10.0.0.1',
      undefined,
    ])
      expect(findTarget(host, '/fn/site/')).toBe('noHost')
  })

  it('of the gateway without a function leads nowhere', () => {
    for (const url of ['/', '/fn/', '/fn/UP/', '/fn/../etc', '/other/site'])
      expect(findTarget('localhost', url)).toBe('noPath')
  })
})

describe('the revision of a call', () => {
  const traffic = [
    { revision: 3, percent: 90, tag: null },
    { revision: 4, percent: 10, tag: 'new' },
    { revision: 1, percent: 0, tag: 'old' },
  ]
  const each = { traffic } as unknown as JoeyFunction

  it('is that of its tag', () => {
    expect(chooseRevision(each, 'old', 0.5)).toBe(1)
    expect(chooseRevision(each, 'none', 0.5)).toBeNull()
  })

  it('is by the shares, and never one without a share', () => {
    expect([0, 0.5, 0.8999].map((chance) => chooseRevision(each, null, chance))).toEqual([3, 3, 3])
    expect([0.9, 0.9999].map((chance) => chooseRevision(each, null, chance))).toEqual([4, 4])
  })
})
