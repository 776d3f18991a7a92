import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'
import { evaluatedModule } from './evaluated-module.ts'

const names = fileURLToPath(new URL('../../src-preload/names.ts', import.meta.url))

test('the names of the bridge are built as plain lists, without what they are read from', async () => {
  const output = (await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [evaluatedModule(names)],
    build: { write: false, minify: false, lib: { entry: names, formats: ['es'] } },
  })) as Rolldown.RolldownOutput[]
  const { code, moduleIds } = output[0]?.output[0] ?? { code: '', moduleIds: [] }

  expect(code).toContain('"snapshot.create"')
  expect(code).not.toContain('"agent.stop"')
  expect(moduleIds).toEqual([names])
})
