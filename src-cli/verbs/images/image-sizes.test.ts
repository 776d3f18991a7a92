import { expect, test } from 'vitest'
import { ExitCode } from '../../exit-codes.ts'
import { recordOutput } from '../../testing/record-output.ts'
import { imageLs } from './image-ls.ts'
import { imageRm } from './image-rm.ts'

const mebibyte = 2 ** 20
const image = {
  ...{ digest: `sha256:${'ab'.repeat(32)}`, names: ['team/web:1'], architecture: 'amd64', builtIn: false },
  ...{ sizeBytes: 124 * mebibyte, sharedBytes: 119 * mebibyte, importedAt: new Date().toISOString() },
}

async function run(verb: typeof imageLs | typeof imageRm, client: object, operands: readonly string[] = []) {
  const stdout = recordOutput()
  const context = { client, stdout, stderr: recordOutput(), env: {} }
  const code = await verb.run({ operands, flags: { json: false, quiet: false, filter: [] } } as never, context as never)
  return { code, lines: stdout.text().trim().split('\n') }
}

test('joey image ls says how much of an image others have too', async () => {
  const { lines } = await run(imageLs, { listImages: async () => [image] })
  expect(lines[0]?.split(/ +/)).toEqual(['NAME', 'DIGEST', 'ARCHITECTURE', 'SIZE', 'SHARED', 'IMPORTED'])
  expect(lines[1]).toMatch(/ 124 MiB +119 MiB /)
})

test.each([
  ['with its last name', { deleted: true, freedBytes: 5 * mebibyte }, 'web removed, 5 MiB freed'],
  ['with another name left', { deleted: false, freedBytes: 0 }, 'web removed; the image is kept under its other names'],
])('joey image rm says what it has freed, %s', async (_what, removed, line) => {
  const client = { removeImage: async () => ({ digest: image.digest, ...removed }) }
  expect(await run(imageRm, client, ['web'])).toEqual({ code: ExitCode.ok, lines: [line] })
})
