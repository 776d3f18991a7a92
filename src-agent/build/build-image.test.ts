import { expect, test } from 'vitest'
import { buildCommand, explainBuild } from './build-image.ts'

test('a build is told what was asked for, and takes images from the agent only', () => {
  const wish = { args: { A: '1 2' }, target: 'test', secrets: ['key'], noCache: true }
  const command = buildCommand(wish, [{ ref: 'debian:12', inside: 'localhost/joey-base:ab' }])
  expect(command).toEqual(
    expect.arrayContaining([
      ...['--pull-never', '--isolation=chroot', '--no-cache', '--target=test', '--build-arg=A=1 2'],
      '--secret=id=key,src=/build/in/secrets/key',
      '--build-context=debian:12=container-image://localhost/joey-base:ab',
    ]),
  )
  expect(command.at(-1)).toBe('/build/in/context')
})

test('of a step that failed its command and its exit code are said', () => {
  const words = 'subprocess exited with status 9\nError: building at STEP "RUN make \\\n all": exit status 9\n'
  expect(explainBuild(words, 9).wire).toMatchObject({
    reason: 'build-step-failed',
    params: { step: 'RUN make \\\n all', code: 9 },
  })
})

test('of another failure the words of buildah are said, and its exit code where it has none', () => {
  const words = 'Error: building at STEP "COPY ../x /": possible escaping context directory error: no such file\n'
  expect(explainBuild(words, 125).wire.message).toBe(
    'The build failed at "COPY ../x /": possible escaping context directory error: no such file.',
  )
  expect(explainBuild('', 125).wire.message).toBe('The build failed: buildah ended with 125.')
})
