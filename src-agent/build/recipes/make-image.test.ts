import { expect, test, vi } from 'vitest'
import type { Image } from '#contract/image'
import { RecipeName } from '#contract/recipe'
import { createRecipes, type RecipeDeps } from './make-image.ts'
import { debianSteps, recipes, stepsOn } from './recipe-table.ts'

const imageOf = (name: string) => ({ names: [name], digest: `sha256:${name}` }) as unknown as Image

function open(here: readonly string[]) {
  const build = vi.fn(async ({ names }: { names: readonly string[] }) => imageOf(names[0] ?? ''))
  const images = { list: () => here.map(imageOf) }
  const service = createRecipes({ images, builds: { build } } as unknown as RecipeDeps)
  const make = (recipe: RecipeName, again = false) =>
    service.make({ recipe, again, signal: new AbortController().signal, onProgress: () => undefined })
  return { build, make, service }
}

test('what is here is not made again, unless it is asked for', async () => {
  const { build, make } = open(['debian:latest', 'node:latest'])
  expect(await make('node')).toMatchObject({ made: false, name: 'node:latest' })
  expect(build).not.toHaveBeenCalled()
  expect(await make('node', true)).toMatchObject({ made: true })
  expect(build).toHaveBeenCalledOnce()
})

test('what stands on Debian is one build on top of the one that is here', async () => {
  const { build, make } = open(['debian:latest'])
  expect(await make('python')).toMatchObject({ made: true, name: 'python:latest' })
  expect(build).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ names: ['python:latest'], dockerfile: expect.stringMatching(/^FROM debian:latest\n/) }),
  )
})

test('two who want the same one at the same time share the work', async () => {
  const { build, make } = open(['debian:latest'])
  await Promise.all([make('python'), make('python')])
  expect(build).toHaveBeenCalledOnce()
})

test('each recipe says what it begins with, and whether its image is here', () => {
  const { service } = open(['debian:latest'])
  const shown = service.list().map(({ name, begins, here }) => [name, begins, here])
  expect(shown).toEqual([
    ['debian', null, true],
    ['node', 'debian', false],
    ['python', 'debian', false],
  ])
})

test('each recipe has its steps, and Debian the sources that it was given', () => {
  expect(Object.keys(recipes).sort()).toEqual([...RecipeName.options].sort())
  for (const steps of Object.values(stepsOn)) expect(steps).toMatch(/^FROM debian:latest\nRUN apt-get update /)
  expect(debianSteps(['deb http://m/debian x main'])).toContain("'deb http://m/debian x main' > /etc/apt/sources.list")
})
