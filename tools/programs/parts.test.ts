import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { programs } from './build.ts'

/** Which parts of a program each part includes the header of; a part is the files of one name. */
function readParts(source: string): Map<string, Set<string>> {
  const parts = new Map<string, Set<string>>()
  for (const file of readdirSync(source)) {
    const name = basename(file).replace(/\.[ch]$/, '')
    const included = readFileSync(join(source, file), 'utf8').matchAll(/^#include "([\w-]+)\.h"$/gm)
    const all = parts.get(name) ?? new Set()
    for (const [, other = ''] of included) if (other !== name) all.add(other)
    parts.set(name, all)
  }
  return parts
}

/** A way from a part back to itself; null where there is none. */
function findCircle(parts: Map<string, Set<string>>): readonly string[] | null {
  const done = new Set<string>()
  const visit = (name: string, way: readonly string[]): readonly string[] | null => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name]
    if (done.has(name)) return null
    for (const other of parts.get(name) ?? []) {
      const circle = visit(other, [...way, name])
      if (circle !== null) return circle
    }
    done.add(name)
    return null
  }
  for (const name of parts.keys()) {
    const circle = visit(name, [])
    if (circle !== null) return circle
  }
  return null
}

test.each(programs)('no two parts of $name need each other', ({ source }) => {
  expect(findCircle(readParts(source))).toBeNull()
})

test('a circle would be found', () => {
  const parts = new Map([
    ['control', new Set(['requests'])],
    ['requests', new Set(['files', 'control'])],
    ['files', new Set<string>()],
  ])
  expect(findCircle(parts)).toEqual(['control', 'requests', 'control'])
})
