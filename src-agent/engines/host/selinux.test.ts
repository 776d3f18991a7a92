import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Run } from '../../base/process/run.ts'
import { examineSelinux, loadSelinux } from './selinux.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joey-selinux-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const has = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

/** As on Fedora with container-selinux. */
const contexts = `process = "system_u:system_r:container_t:s0"
content = "system_u:object_r:virt_var_lib_t:s0"
file = "system_u:object_r:container_file_t:s0"
ro_file="system_u:object_r:container_ro_file_t:s0"
sandbox_kvm_process = "system_u:system_r:svirt_qemu_net_t:s0"
init_process = "system_u:system_r:container_init_t:s0"
`
const types = { process: 'system_u:system_r:container_t', file: 'system_u:object_r:container_file_t' }

/** The files of a machine that enforces its policy. */
function enforcing(): void {
  has('sys/fs/selinux/enforce', '1')
  has('sys/fs/selinux/mls', '1')
  has('etc/selinux/config', '# of the machine\nSELINUX=enforcing\nSELINUXTYPE=targeted\n')
}

const run = vi.fn<Run>(async () => ({ code: 0, stdout: '', stderr: '' }))
const load = (attempt = async (): Promise<string | null> => null) => loadSelinux({ run, folder: root, root, attempt })

test.each([
  ['has no SELinux', null],
  ['only reports what its policy would refuse', '0'],
])('a machine that %s gives no labels, and none are tried', async (_what, enforce) => {
  if (enforce !== null) has('sys/fs/selinux/enforce', enforce)
  const attempt = vi.fn(async () => null)
  const verdict = await load(attempt)
  expect(verdict).toEqual({ isEnforcing: false, types: null, failure: null })
  expect(attempt).not.toHaveBeenCalled()
  expect(examineSelinux(verdict)).toEqual([])
})

test('one that enforces a policy with containers has its labels, once a container has run with them', async () => {
  enforcing()
  has('etc/selinux/targeted/contexts/lxc_contexts', contexts)
  const verdict = await load()
  expect(verdict).toEqual({ isEnforcing: true, types, failure: null })
  expect(examineSelinux(verdict)).toMatchObject([
    { id: 'selinux', level: 'ok', title: expect.stringContaining('container_t') },
  ])
})

test('the file of containers comes before that of the policy', async () => {
  enforcing()
  has('etc/selinux/targeted/contexts/lxc_contexts', contexts)
  has('usr/share/containers/selinux/contexts', contexts.replaceAll('container_', 'newer_'))
  expect((await load()).types?.process).toBe('system_u:system_r:newer_t')
})

test('labels with which no container runs are not used, and the reason is told', async () => {
  enforcing()
  has('etc/selinux/targeted/contexts/lxc_contexts', contexts)
  const verdict = await load(async () => 'denied')
  expect(verdict).toEqual({ isEnforcing: true, types: null, failure: 'denied' })
  expect(examineSelinux(verdict)).toMatchObject([{ level: 'warning', detail: 'denied' }])
})

test.each([
  ['without a policy for containers', () => undefined],
  [
    'whose policy says nothing of processes',
    () => has('etc/selinux/targeted/contexts/lxc_contexts', 'file = "a:b:c:s0"\n'),
  ],
  [
    'whose labels are no labels',
    () => has('etc/selinux/targeted/contexts/lxc_contexts', 'process = "x,y"\nfile = "z"\n'),
  ],
  [
    'whose policy has no levels',
    () => {
      has('sys/fs/selinux/mls', '0')
      has('etc/selinux/targeted/contexts/lxc_contexts', contexts)
    },
  ],
])('a machine %s gives none, and says what to install', async (_what, more) => {
  enforcing()
  more()
  const verdict = await load()
  expect(verdict.types).toBeNull()
  expect(examineSelinux(verdict)).toMatchObject([
    { level: 'warning', detail: expect.stringContaining('container-selinux') },
  ])
})
