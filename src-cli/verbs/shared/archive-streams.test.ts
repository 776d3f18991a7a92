import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import { toFile } from './archive-streams.ts'

test('a file that is there already is refused with the option that replaces it', async () => {
  const taken = toFile('/x.tar', (path) => Promise.reject(appError('output-exists', { path })))
  await expect(taken).rejects.toMatchObject({
    wire: { reason: 'output-exists', message: expect.stringContaining('replace it with -f') },
  })
  const other = toFile('/x.tar', () => Promise.reject(appError('disk-full', { where: 'machine' })))
  await expect(other).rejects.toMatchObject({ wire: { reason: 'disk-full' } })
})
