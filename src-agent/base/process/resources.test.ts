import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findResource, installationFolders } from './resources.ts'

const root = join(import.meta.dirname, '../../..')

test('what Joey runs from is its whole folder, with code and resources, and that of its Node', () => {
  const [own = '', node = ''] = installationFolders()
  expect(own).toBe(root)
  for (const part of ['package.json', 'src-agent', 'resources', 'joey']) expect(existsSync(join(own, part))).toBe(true)
  expect(realpathSync(process.execPath).startsWith(`${node}/`)).toBe(true)
})

test('every resource that the agent names is there', () => {
  const sources = readdirSync(join(root, 'src-agent'), { recursive: true, encoding: 'utf8' })
  const named = sources
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(join(root, 'src-agent', file), 'utf8').matchAll(/findResource\(\s*['`]([^'`]+)['`]/g),
    ])
    .map(([, name = '']) => name.replace('${process.arch}', 'x64'))
    .filter((name) => !name.includes('${'))
  expect(named.length).toBeGreaterThan(5)
  for (const name of named) expect(findResource(name), name).not.toBeNull()
})

test('a resource that there is not is null', () => {
  expect(findResource('nothing/of/this')).toBeNull()
})
