import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkMounts, findObjection, requireUnmoved } from './mount-policy.ts'

const joey = ['/var/lib/joey', '/run/joey']
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-mounts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bind = (source: string, target = '/data') => ({ kind: 'bind' as const, source, target, readOnly: false })

test.each([
  ['the root', '/'],
  ['a system folder', '/etc'],
  ['a file in a system folder', '/etc/passwd'],
  ['a folder that holds the state of Joey', '/var/lib'],
  ['the state of Joey', '/var/lib/joey/images'],
  ['all homes', '/home'],
  ['a whole home', '/home/ada'],
  ['keys', '/home/ada/.ssh'],
  ['a key', '/root/.ssh/id_ed25519'],
  ['the run folder with its sockets', '/run'],
])('%s is refused', (_what, path) => {
  expect(findObjection(path, joey, '/root')).not.toBeNull()
})

test.each([
  ['a project in a home', '/home/ada/project'],
  ['a project of root', '/root/project'],
  ['a folder of its own', '/srv/www'],
  ['temporary files', '/tmp/x'],
  ['a name that only starts like a system folder', '/etcetera'],
])('%s is fine', (_what, path) => {
  expect(findObjection(path, joey, '/root')).toBeNull()
})

test('a link to a system folder is judged by where it leads', async () => {
  symlinkSync('/etc', join(folder, 'link'))
  await expect(checkMounts([bind(join(folder, 'link'))], joey, [])).rejects.toMatchObject({
    wire: { reason: 'mount-source-refused' },
  })
})

test('a source that is not there is told before anything changes', async () => {
  await expect(checkMounts([bind(join(folder, 'nothing'))], joey, [])).rejects.toMatchObject({
    wire: { reason: 'mount-source-missing' },
  })
})

test('a socket is refused', async () => {
  const path = join(folder, 'socket')
  const server = createServer().listen(path)
  await new Promise((resolve) => server.once('listening', resolve))
  await expect(checkMounts([bind(path)], joey, [])).rejects.toMatchObject({ wire: { reason: 'mount-source-socket' } })
  await new Promise((resolve) => server.close(resolve))
})

test.each(['/proc', '/sys/fs/cgroup', '/dev/shm', '//proc/./x'])('nothing is mounted at %s', async (target) => {
  await expect(checkMounts([bind(folder, target)], joey, [])).rejects.toMatchObject({
    wire: { reason: 'mount-target-reserved' },
  })
})

test('one target cannot be given twice, however it is written', async () => {
  await expect(checkMounts([bind(folder, '/a/b'), bind(folder, '/a//b/')], joey, [])).rejects.toMatchObject({
    wire: { reason: 'mount-target-twice' },
  })
})

test('a source that became a link, or went, since it was checked is not mounted at the next start', async () => {
  const source = join(folder, 'data')
  mkdirSync(source)
  const checked = await checkMounts([bind(source)], joey, [])
  await expect(requireUnmoved(checked)).resolves.toBeUndefined()
  rmSync(source, { recursive: true })
  await expect(requireUnmoved(checked)).rejects.toMatchObject({ wire: { reason: 'mount-source-gone' } })
  symlinkSync('/root', source)
  await expect(requireUnmoved(checked)).rejects.toMatchObject({ wire: { reason: 'mount-source-moved' } })
})
