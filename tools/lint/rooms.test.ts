import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../paths.ts'
import { resolveImport } from './fences.ts'
import { type FolderGraph, folderCircles, rooms } from './rooms.ts'

const isExempt = (file: string): boolean => /\.test\.tsx?$/.test(file) || file.includes('/testing/')
const importPattern = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g

/** Which folder imports from which, by the product's files below `project`. */
function graphOf(project: string): FolderGraph {
  const graph = new Map<string, Set<string>>()
  const files = globSync(`${project}/**/*.{ts,tsx}`, { cwd: root }).filter((file) => !isExempt(file))
  for (const file of files) {
    const folder = posix.dirname(file)
    const known = graph.get(folder) ?? new Set()
    graph.set(folder, known)
    for (const [, specifier = ''] of readFileSync(join(root, file), 'utf8').matchAll(importPattern)) {
      const imported = resolveImport(specifier, file)
      const other = posix.dirname(imported.name)
      if (imported.kind === 'file' && other.startsWith(project) && other !== folder) known.add(other)
    }
  }
  return graph
}

test('no two folders of the agent import each other, not even by way of others', () => {
  expect(folderCircles(graphOf('src-agent'))).toEqual([])
})

test('the agent has imports between its folders at all', () => {
  const graph = graphOf('src-agent')
  expect(graph.get('src-agent/sandboxes')).toContain('src-agent/engines')
  expect(graph.size).toBeGreaterThan(30)
})

test('a circle of folders is found, and what only hangs on to it is not part of it', () => {
  const graph = new Map([
    ['a', new Set(['b'])],
    ['b', new Set(['c'])],
    ['c', new Set(['a', 'd'])],
    ['d', new Set<string>()],
    ['e', new Set(['a'])],
  ])
  expect(folderCircles(graph)).toEqual([['a', 'b', 'c']])
})

test('every folder of the agent is a room of the list, and every room is a folder', () => {
  const folders = readdirSync(join(root, 'src-agent'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map(({ name }) => name)
  expect(folders.toSorted()).toEqual(rooms.flat().toSorted())
})

test('the architecture describes the rooms in their order, from the top to the bottom', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const described = [...text.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name)
  expect(described.filter((name) => rooms.flat().includes(name ?? ''))).toEqual(rooms.flat().toReversed())
})
