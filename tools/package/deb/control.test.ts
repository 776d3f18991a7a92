import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../paths.ts'
import { controlFile, debianVersion } from './control.ts'

const control = controlFile({ version: '1.2.3', architecture: 'amd64', installedKib: 1000 })
const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(control)?.[1] ?? ''

test('what the agent and the window need is depended on, what is useful recommended, and what tests need is not', () => {
  for (const name of ['crun', 'conmon', 'nftables', 'erofs-utils', 'busybox-static'])
    expect(field('Depends').split(', ')).toContain(name)
  expect(field('Depends')).toContain('libgtk-3-0 | libgtk-3-0t64')
  expect(field('Recommends')).toContain('qemu-system-x86')
  for (const name of ['docker-registry', 'clang', 'xvfb', 'shellcheck']) expect(control).not.toContain(name)
})

test('a version before a release is older than the release', () => {
  expect(debianVersion('1.2.3')).toBe('1.2.3')
  expect(debianVersion('1.2.3-beta.1')).toBe('1.2.3~beta.1')
})

const packaging = (file: string): string => readFileSync(join(root, 'packaging', file), 'utf8')

test('what an administrator may change is kept over an upgrade', () => {
  expect(packaging('deb/conffiles').trim().split('\n')).toEqual(['/etc/default/joey', '/etc/apparmor.d/joey-window'])
})

test('the desktop opens links and bundles with the app', () => {
  const entry = packaging('linux/joey.desktop')
  expect(entry).toContain('Exec=/opt/Joey/joey-window %U\n')
  expect(entry).toContain('MimeType=x-scheme-handler/joey;application/x-joey-bundle;\n')
  expect(packaging('linux/joey.mime.xml')).toContain('<glob pattern="*.joey"/>')
})
