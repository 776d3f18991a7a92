import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Image } from '#contract/image'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const folder = mkdtempSync(join(tmpdir(), 'joey-commit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const joey = (...args: string[]) => testAgent.joey(args)

test('a sandbox becomes an image with other words, which loads from a file and from a pipe, and loses its names', async () => {
  await testAgent.startSleeper('box', '-e', 'A=1')
  await joey('exec', 'box', 'sh', '-c', 'echo written >/mine')
  const made = await joey(
    'commit',
    '-c',
    'CMD ["cat", "/mine"]',
    '-c',
    'ENV B=2',
    '-c',
    'LABEL x=y',
    'box',
    'team/box:1',
  )
  expect(made).toMatchObject({ code: 0 })
  const digest = made.stdout.trim()
  expect((await joey('run', '--rm', 'team/box:1')).stdout).toBe('written\n')
  const images = await testAgent.json<Image[]>(['image', 'ls', '--filter', 'name=team/*'])
  expect(images).toMatchObject([{ digest, config: { labels: { x: 'y' } } }])
  expect(images[0]?.config.env).toEqual(expect.arrayContaining(['A=1', 'B=2']))
  expect((await joey('run', '--rm', 'team/box:1', 'sh', '-c', 'echo $A $B')).stdout).toBe('1 2\n')

  expect(await joey('untag', 'team/box:1')).toMatchObject({ code: 0, stdout: 'team/box:1\n' })
  expect(await joey('untag', 'busybox')).toMatchObject({ code: 1 })
  expect(await joey('untag', digest.slice(7, 19))).toMatchObject({ code: 1 })
  expect((await joey('image', 'ls', '--filter', 'dangling=true', '-q')).stdout).toBe(`${digest}\n`)

  const file = join(folder, 'box.tar')
  await joey('export', 'box', '--format', 'docker', '--name', 'loaded:1', '-o', file)
  expect(await joey('load', '-i', file)).toMatchObject({ code: 0, stdout: 'loaded:1\n' })
  await joey('untag', 'loaded:1')
  const piped = await testAgent.joey(['load'], { input: readFileSync(file) })
  expect(piped).toMatchObject({ code: 0, stdout: 'loaded:1\n' })
})
