import { expect, test, vi } from 'vitest'
import { appError } from '#contract/app-error'
import type { Sandbox } from '#contract/sandbox'
import { endBuilds } from './builder.ts'

const sandbox = (name: string, labels: Record<string, string>) =>
  ({ id: name, name, spec: { class: 'container', labels } }) as unknown as Sandbox

test('what an agent that died has left of builds is ended and said, and nothing else is touched', async () => {
  const running = [sandbox('builder-container', { 'joey.builder': 'container' }), sandbox('web', { app: 'container' })]
  const stop = vi.fn(async () => running[0] as Sandbox)
  const said = await endBuilds({ list: () => running, stop })
  expect(stop).toHaveBeenCalledExactlyOnceWith('builder-container', { graceMs: 0 })
  expect(said.map(({ message }) => message)).toEqual([expect.stringContaining('A build ran in "builder-container"')])
})

test('one that has ended meanwhile is none that failed', async () => {
  const stop = () => Promise.reject(appError('sandbox-not-found', { ref: 'builder-container' }))
  const left = [sandbox('builder-container', { 'joey.builder': 'container' })]
  await expect(endBuilds({ list: () => left, stop })).resolves.toHaveLength(1)
})
