import { expect, test } from 'vitest'
import type { TarEntry } from '../tar/read-tar.ts'
import { createLayerRules } from './layer-rules.ts'

const file = (name: string): TarEntry => ({
  name,
  type: 'file',
  link: '',
  size: 0,
  modified: 0,
  highestId: 0,
  pax: {},
  major: 0,
})
const symlink = (name: string, link: string): TarEntry => ({ ...file(name), type: 'symlink', link })
const hardLink = (name: string, link: string): TarEntry => ({ ...file(name), type: 'link', link })

function check(entries: readonly TarEntry[]): string {
  const rules = createLayerRules()
  try {
    for (const entry of entries) rules.check(entry)
    return 'fine'
  } catch (error) {
    return (error as { wire: { reason: string } }).wire.reason
  }
}

test.each<[string, TarEntry[]]>([
  ['absolute symlinks', [symlink('etc/mtab', '/proc/mounts')]],
  ['relative symlinks that stay inside', [symlink('usr/lib/x', '../../etc/x')]],
  ['absolute paths, which begin at the root of the image', [file('/etc/passwd')]],
  ['a leading dot', [file('./etc/passwd')]],
  ['a symlink that climbs above the root, which ends there', [symlink('opt/jdk/cacerts', '../../../../etc/certs')]],
  ['a hard link that climbs above the root', [hardLink('b', '../../usr/bin/a')]],
  ['a hard link by an absolute path', [hardLink('b', '/usr/bin/a')]],
  ['a file behind an absolute symlink', [symlink('var/run', '/run'), file('var/run/x')]],
  ['a file behind a symlink that climbs', [symlink('a', '../../b'), file('a/x')]],
  ['a file behind a symlink that stays inside', [symlink('lib', 'usr/lib'), file('lib/x')]],
  ['a link in place of which a folder came', [symlink('a', '/etc'), { ...file('a/'), type: 'directory' }, file('a/x')]],
  ['hard links within the layer, or to a lower one', [hardLink('b', 'usr/bin/a')]],
  ['whiteouts and opaque marks', [file('a/.wh.b'), file('a/.wh..wh..opq')]],
  ['names that only look like climbing', [file('..a/b..'), file('a/...')]],
  [
    'devices and FIFOs',
    [
      { ...file('null'), type: 'character-device' },
      { ...file('pipe'), type: 'fifo' },
    ],
  ],
])('%s are let through', (_what, entries) => {
  expect(check(entries)).toBe('fine')
})

test.each<[string, string, TarEntry[]]>([
  ['a hard link that climbs to the root', 'layer-link-outside', [hardLink('a', '../..')]],
  ['symlinks in a ring', 'layer-path-behind-link', [symlink('a', 'b'), symlink('b', 'a'), file('a/x')]],
  ['a hard link to nothing', 'layer-link-outside', [hardLink('a', '')]],
  ['a hard link to the root', 'layer-link-outside', [hardLink('a', './')]],
  ['a whiteout of the folder itself', 'layer-path-outside', [file('a/.wh..')]],
  ['a whiteout of nothing', 'layer-path-outside', [file('a/.wh.')]],
  ['an unknown kind', 'layer-entry-unknown', [{ ...file('a'), type: null }]],
])('%s is refused', (_what, reason, entries) => {
  expect(check(entries)).toBe(reason)
})
