import { expect, test } from 'vitest'
import { freePort } from '#contract/client/testing/loopback-port'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const agent = shareTestAgent()

test('what can be made without a registry is listed, with what it begins with', async () => {
  const recipes = await agent.json(['image', 'templates'])
  expect(recipes).toMatchObject([
    { name: 'debian', image: 'debian:latest', begins: null, here: false },
    { name: 'node', begins: 'debian', here: false },
    { name: 'python', begins: 'debian', here: false },
  ])
  expect((await agent.joey(['image', 'templates'])).stdout).toMatch(/^NAME +IMAGE +BEGINS WITH +STATE\n/)
})

test('without a way to the mirror it says so, and which images are here', async () => {
  const mirror = `http://127.0.0.1:${await freePort()}/debian`
  const made = await agent.joey(['image', 'make', 'debian', '--mirror', mirror], { deadlineMs: 60_000 })
  expect(made).toMatchObject({ code: 1, stdout: '' })
  expect(made.stderr).toContain(`The packages of Debian cannot be fetched from ${mirror}`)
  expect(made.stderr).toContain('These images are here: busybox:latest')
}, 70_000)

test('what it cannot make is refused with what it can', async () => {
  const refused = await agent.joey(['image', 'make', 'gentoo'])
  expect(refused.code).toBe(64)
  expect(refused.stderr).toContain('There are: debian, node, python.')
  expect((await agent.joey(['image', 'make', 'debian', '--mirror', 'ftp://x'])).code).toBe(64)
})
