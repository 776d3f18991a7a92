import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fixedRules, type HostRules } from './host-paths.ts'
import { checkMounts, holdSource } from './mount-policy.ts'

const rules: HostRules = { ...fixedRules(['/var/lib/joey', '/run/joey']), homes: ['/root'] }
const container = { class: 'container', grants: [] } as const
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-mounts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bind = (source: string, target = '/data') => ({ kind: 'bind' as const, source, target, readOnly: false })

test('a link to a system folder is checked by where it leads', async () => {
  symlinkSync('/etc', join(folder, 'link'))
  await expect(checkMounts([bind(join(folder, 'link'))], rules, container)).rejects.toMatchObject({
    wire: { reason: 'mount-source-refused' },
  })
})

test('a source that is not there is reported before anything changes', async () => {
  await expect(checkMounts([bind(join(folder, 'nothing'))], rules, container)).rejects.toMatchObject({
    wire: { reason: 'mount-source-missing' },
  })
})

test('a socket is refused', async () => {
  const path = join(folder, 'socket')
  const server = createServer().listen(path)
  await new Promise((resolve) => server.once('listening', resolve))
  await expect(checkMounts([bind(path)], rules, container)).rejects.toMatchObject({
    wire: { reason: 'mount-source-socket' },
  })
  await new Promise((resolve) => server.close(resolve))
})

test.each(['/proc', '/sys/fs/cgroup', '/dev/shm', '//proc/./x'])('nothing is mounted at %s', async (target) => {
  await expect(checkMounts([bind(folder, target)], rules, container)).rejects.toMatchObject({
    wire: { reason: 'mount-target-reserved' },
  })
})

test('one target cannot be given twice, however it is written', async () => {
  await expect(checkMounts([bind(folder, '/a/b'), bind(folder, '/a//b/')], rules, container)).rejects.toMatchObject({
    wire: { reason: 'mount-target-twice' },
  })
})

test('a source that became a link, or went, since it was checked is not mounted at the next start', async () => {
  const source = join(folder, 'data')
  mkdirSync(source)
  const checked = await checkMounts([bind(source)], rules, container)
  const [mount] = checked
  const hold = async () => holdSource(mount ?? bind(source), rules, [])
  await (await hold()).close()
  rmSync(source, { recursive: true })
  await expect(hold()).rejects.toMatchObject({ wire: { reason: 'mount-source-gone' } })
  symlinkSync('/root', source)
  await expect(hold()).rejects.toMatchObject({ wire: { reason: 'mount-source-moved' } })
})
