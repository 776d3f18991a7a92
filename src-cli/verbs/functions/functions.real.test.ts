import { expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const { joey } = shareTestAgent()

test('a function is deployed, called, shared between revisions, taken back and removed', async () => {
  const deploy = (...words: string[]) => joey(['fn', 'deploy', 'say', '--image', 'busybox', '--command', ...words])
  expect(await deploy('-e', 'GREETING=hello', '--', 'sh', '-c', 'echo "$GREETING $(cat)"')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^http:\/\/say\.localhost:\d+\/\n$/),
  })
  expect(await joey(['fn', 'invoke', 'say', '-d', 'you'])).toMatchObject({ code: 0, stdout: 'hello you\n' })
  expect(await deploy('-m', '64m', '--', 'echo', 'second')).toMatchObject({ code: 0 })
  expect(await joey(['fn', 'invoke', 'say', '-i'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^HTTP\/1\.1 200 OK\n[^]*\n\nsecond\n$/),
  })
  expect(await joey(['fn', 'traffic', 'say', '1=0:old', '2=100'])).toMatchObject({ stdout: '1: 0 %  old\n2: 100 %\n' })
  expect(await joey(['fn', 'invoke', 'say', '--tag', 'old', '-d', 'again'])).toMatchObject({ stdout: 'hello again\n' })
  expect(await joey(['fn', 'rollback', 'say'])).toMatchObject({ code: 0, stdout: '1: 100 %  old\n' })
  expect((await joey(['fn', 'ls'])).stdout).toMatch(/^say\s+container\s+command\s+\d+\s+1: 100 % \(old\)/m)
  expect((await joey(['fn', 'calls', 'say', '-n', '1'])).stdout.split('\n')).toHaveLength(3)
  expect(await joey(['fn', 'rm', 'say', 'none'])).toMatchObject({ code: 1, stdout: 'say\n' })
  expect((await joey(['ls', '-aq'])).stdout).toBe('')
})

test('what cannot be a function is refused before anything is made', async () => {
  const wrong = [
    [['fn', 'deploy', 'x'], 64],
    [['fn', 'deploy', 'Not_A_Name', '--image', 'busybox'], 64],
    [['fn', 'deploy', 'x', '--image', 'busybox', '--network', 'none', '--', 'httpd'], 1],
    [['fn', 'deploy', 'x', '--image', 'busybox', '--min', '3', '--max', '2', '--', 'httpd'], 1],
    [['fn', 'traffic', 'x', 'half'], 64],
  ] as const
  for (const [words, code] of wrong) expect(await joey([...words]), words.join(' ')).toMatchObject({ code, stdout: '' })
  expect(await joey(['fn', 'ls', '-q'])).toMatchObject({ stdout: '' })
})
