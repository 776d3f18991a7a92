import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { networkInterfaces, release } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ClassLimitation } from '#contract/classes'
import { openHostPath } from '../../base/host-path/open-host-path.ts'
import { findResource } from '../../base/process/resources.ts'
import { run } from '../../base/process/run.ts'
import { ability } from '../../engines/driver.ts'
import { placedMount } from './placed-mount.ts'
import { rawSockets } from './raw-sockets.ts'
import type { Trial } from './trial.ts'

/** What a sandbox can reach, and what it cannot unless that was granted. */
export function describeIsolation(current: () => Trial): void {
  test('it has the kernel of its class', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const { text } = await trial.exec(['uname', '-r'])
    if (trial.driver.sharesProcesses) expect(text.trim()).toBe(release())
    else expect(text.trim()).not.toBe(release())
  })

  test('main and exec hold the default capabilities and can gain nothing', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    for (const pid of ['1', 'self']) {
      const { text } = await trial.exec(['cat', `/proc/${pid}/status`])
      expect(text).toMatch(/^CapEff:\t00000000000405fb$/m)
      expect(text).toMatch(/^CapBnd:\t00000000000405fb$/m)
      if (!trial.driver.sharesProcesses) continue
      expect(text).toMatch(/^NoNewPrivs:\t1$/m)
      expect(text).toMatch(/^Seccomp:\t2$/m)
    }
    const asUser = await trial.exec(['cat', '/proc/self/status'], { uid: 1000, gid: 1000 })
    expect(asUser.text).toMatch(/^CapEff:\t0000000000000000$/m)
  })

  test('kernel files that reveal or change the host are not to be had', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const script =
      'head -c1 /proc/kcore | wc -c; echo 1 >/proc/sys/kernel/core_pattern; mount -t tmpfs x /tmp; unshare -m true; echo x >/sys/kernel/mm/ksm/run'
    const { text, stderr } = await trial.exec(['sh', '-c', script])
    expect(text.trim()).toBe('0')
    expect(stderr).toMatch(
      /core_pattern: (Read-only file system|nonexistent directory|Permission denied|Operation not permitted)/,
    )
    expect(stderr).toMatch(/mount: permission denied|mounting x on \/tmp failed/)
    expect(stderr).toMatch(/unshare: .*Operation not permitted/)
    expect(stderr).toMatch(/ksm\/run: /)
  })

  test('a capability that is granted is held and of use, by main and by exec', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000'], { grants: [{ kind: 'cap', name: 'SYS_ADMIN' }] }))
    const { text, code } = await trial.exec(['sh', '-c', 'mount -t tmpfs mine /tmp && cat /proc/mounts /proc/1/status'])
    expect(code).toBe(0)
    expect(text).toMatch(/ \/tmp tmpfs /)
    expect(text).toMatch(/^CapEff:\t00000000002405fb$/m)
  })

  test('a device that is granted is there, or the class says that it gives none', async () => {
    const trial = current()
    const launching = trial.launch(trial.plan(['sleep', '1000'], { grants: [{ kind: 'device', path: '/dev/kmsg' }] }))
    if (declares(trial, 'grants')) {
      await expect(launching).rejects.toMatchObject({ wire: { code: 'invalidRequest' } })
      return
    }
    await launching
    // Opened for writing, which takes no capability, and nothing written.
    const { text } = await trial.exec(['sh', '-c', 'test -c /dev/kmsg && : >>/dev/kmsg && echo opened'])
    expect(text).toBe('opened\n')
  })

  test('a device that this machine does not have is reported, and nothing is made', async () => {
    const trial = current()
    const grants = [{ kind: 'device', path: '/dev/no-such' }] as const
    await expect(trial.create(trial.plan(['sleep', '1000'], { grants }))).rejects.toMatchObject({
      wire: { code: 'invalidRequest' },
    })
    expect(await trial.driver.phase(trial.id)).toBe('absent')
  })

  test('root does not hold what the sandbox gives up, nor does a program that is started later', async () => {
    const trial = current()
    const held = async (pid: string): Promise<string | undefined> => {
      const { text } = await trial.exec(['cat', `/proc/${pid}/status`])
      return /^CapBnd:\t(\S+)$/m.exec(text)?.[1]
    }
    await trial.launch(trial.plan(['sleep', '1000'], { dropped: ['KILL', 'CHOWN'] }))
    expect([await held('1'), await held('self')]).toEqual(['00000000000405da', '00000000000405da'])
  })

  test('without the filter of system calls there is none', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000'], { grants: [{ kind: 'no-seccomp' }] }))
    expect((await trial.exec(['cat', '/proc/1/status'])).text).toMatch(/^Seccomp:\t0$/m)
  })

  test('the network of the host is there where it is granted, or the class says that it gives none', async () => {
    const trial = current()
    const grants = [{ kind: 'host-network' }] as const
    const launching = trial.launch(trial.plan(['sleep', '1000'], { grants, hostNetwork: true }))
    const refused = await launching.then(
      () => null,
      (error: unknown) => error,
    )
    if (refused !== null) {
      expect(refused).toMatchObject({ wire: { code: 'invalidRequest' } })
      expect(declares(trial, 'grants')).toBe(true)
      return
    }
    const { text } = await trial.exec(['ip', '-o', 'link'])
    for (const name of Object.keys(networkInterfaces())) expect(text).toContain(`${name}`)
  })

  test('the program that checks the isolation is there, and cannot be changed', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const attempts = 'busybox mv /dev/.joey /dev/away && echo moved; busybox rm -f /dev/.joey/probe && echo removed'
    const script = `${attempts}; test -x /dev/.joey/probe && echo there; echo x >/dev/.joey/probe`
    const { text, code } = await trial.exec(['sh', '-c', script])
    expect(code).not.toBe(0)
    expect(text).toBe(findResource(`inside/${process.arch}/joey-inside`) === null ? '' : 'there\n')
  })

  test('an engine that reports its own use of memory reports some, and less than all', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const measures = ability(trial.driver, 'engineMemory')
    expect(measures === null).toBe(trial.driver.sharesProcesses)
    if (!measures) return
    const bytes = await measures.engineMemory(trial.id, trial.paths)
    expect(bytes).toBeGreaterThan(1024 * 1024)
    expect(bytes).toBeLessThan(512 * 1024 * 1024)
    await trial.driver.remove(trial.id, trial.paths)
    expect(await measures.engineMemory(trial.id, trial.paths)).toBeNull()
  })

  test('a read-only root refuses writes', async () => {
    const trial = current()
    expect(await trial.runToEnd('echo x > /file', { readOnlyRoot: true })).toMatchObject({ code: 1 })
    expect(trial.output().join()).toContain('Read-only file system')
  })

  test('folders of the host are mounted writable or read-only, as requested', async () => {
    const trial = current()
    const [writable, fixed] = ['writable', 'fixed'].map((name) => join(trial.paths.folder, name)) as [string, string]
    for (const folder of [writable, fixed]) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'there'), 'from the host\n')
    }
    const mounts = [
      placedMount({ kind: 'bind', source: writable, target: '/mnt/writable', readOnly: false }, trial.paths.run, 0),
      placedMount({ kind: 'bind', source: fixed, target: '/mnt/fixed', readOnly: true }, trial.paths.run, 1),
    ]
    await trial.launch(trial.plan(['sleep', '1000'], { mounts }))
    expect((await trial.exec(['cat', '/mnt/writable/there', '/mnt/fixed/there'])).text).toBe(
      'from the host\nfrom the host\n',
    )
    expect(await trial.exec(['sh', '-c', 'echo new >/mnt/writable/new'])).toMatchObject({ code: 0 })
    expect(readFileSync(join(writable, 'new'), 'utf8')).toBe('new\n')
    expect((await trial.exec(['sh', '-c', 'echo new >/mnt/fixed/new'])).stderr).toContain('Read-only file system')
    writeFileSync(join(writable, 'there'), 'changed meanwhile\n')
    expect((await trial.exec(['cat', '/mnt/writable/there'])).text).toBe('changed meanwhile\n')
  })

  test('no set-user-id bit and no device node is left in a folder of the host, but by the grant that is about them', async () => {
    const trial = current()
    const source = join(trial.paths.folder, 'shared')
    mkdirSync(source, { recursive: true })
    const mounts = [placedMount({ kind: 'bind', source, target: '/mnt', readOnly: false }, trial.paths.run)]
    const script = `cd /mnt; for n in a b; do echo x >$n; done; busybox chmod 4755 a; busybox chmod 755 b;
      busybox mknod -m 666 disk b 8 0; busybox mknod -m 666 mem c 1 1; busybox ls`
    await trial.launch(trial.plan(['sleep', '1000'], { mounts }))
    expect((await trial.exec(['sh', '-c', script])).text).toBe('a\nb\n')
    const { code } = await trial.exec(['busybox', 'chmod', '4755', '/mnt/a'])
    expect(code === 0).toBe(trial.driver.limitations.some(({ feature }) => feature === 'setIdBits'))
    const modes = () => ['a', 'b'].map((name) => (statSync(join(source, name)).mode & 0o7777).toString(8))
    expect(modes()).toEqual(['644', '755'])
    await trial.reset()
    mkdirSync(source, { recursive: true })
    await trial.launch(trial.plan(['sleep', '1000'], { mounts, grants: [{ kind: 'cap', name: 'FSETID' }] }))
    await trial.exec(['sh', '-c', script])
    expect(modes()).toEqual(['4755', '755'])
  })

  test('where a source leads elsewhere since it was checked, what was checked is mounted', async () => {
    const trial = current()
    const at = (name: string) => join(trial.paths.folder, name)
    for (const name of ['checked', 'other']) mkdirSync(at(name), { recursive: true })
    symlinkSync('other', at('source'))
    const mount = placedMount({ kind: 'bind', source: at('source'), target: '/mnt', readOnly: false }, trial.paths.run)
    const checked = await openHostPath(at('checked'), { links: 'never' })
    try {
      const mounts = [{ ...mount, held: { path: checked.forOthers, isFolder: true, uid: 0, gid: 0 } }]
      await trial.runToEnd('echo new >/mnt/was-here', { mounts })
    } finally {
      await checked.close()
    }
    expect(readdirSync(at('checked'))).toEqual(['was-here'])
    expect(readdirSync(at('other'))).toEqual([])
  })

  test('the null device of the agent stays as it is, whoever has it as a stream', async () => {
    const trial = current()
    const spoil = 'busybox chmod 600 /proc/self/fd/0; busybox chown 7:7 /proc/self/fd/0; busybox cat && echo fine'
    await trial.launch(trial.plan(['sh', '-c', `${spoil}; exec sleep 1000`]))
    for (const uid of [0, 1000]) {
      expect((await trial.exec(['sh', '-c', spoil], { uid, gid: uid })).text).toBe('fine\n')
      const { uid: owner, mode } = statSync('/dev/null')
      expect([owner, (mode & 0o777).toString(8)]).toEqual([0, '666'])
    }
  })

  test('what is mounted below a folder does not come along with it', async () => {
    const trial = current()
    const source = join(trial.paths.folder, 'outer')
    const inner = join(source, 'inner')
    mkdirSync(inner, { recursive: true })
    await run('mount', ['-t', 'tmpfs', 'joey', inner])
    try {
      writeFileSync(join(inner, 'secret'), 'of another file system\n')
      const mount = placedMount({ kind: 'bind', source, target: '/mnt', readOnly: true }, trial.paths.run)
      await trial.launch(trial.plan(['sleep', '1000'], { mounts: [mount] }))
      expect((await trial.exec(['ls', '/mnt/inner'])).text).toBe('')
      expect((await trial.exec(['sh', '-c', 'echo new >/mnt/inner/new'])).stderr).toContain('Read-only file system')
    } finally {
      await run('umount', [inner])
    }
  })

  test('without a network there is loopback and nothing else', async () => {
    const trial = current()
    const script = 'ip -o link | wc -l; ping -c1 -W1 127.0.0.1 >/dev/null && echo pong'
    await trial.runToEnd(script, { grants: [rawSockets] })
    expect(trial.output()).toEqual(['1', 'pong'])
  })

  test('on a network it reaches its gateway, and only by its own address', async () => {
    const trial = current()
    const network = await trial.setting.network?.()
    if (!network) return
    try {
      const { netns, address } = network
      await trial.launch(trial.plan(['sleep', '1000'], { netns, address, grants: [rawSockets] }))
      const { text } = await trial.exec(['sh', '-c', `ip -o -4 addr; ping -c1 -W2 ${address.gateway}`])
      expect(text).toContain(`inet ${address.address}/${address.prefixLength}`)
      expect(text).toContain('1 packets received')
    } finally {
      await trial.driver.remove(trial.id, trial.paths)
      await network.dispose()
    }
  })

  test('names that the host writes are seen inside while it runs', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    writeFileSync(join(trial.paths.folder, 'etc', 'hosts'), '10.0.0.9\tneighbour\n')
    await ability(trial.driver, 'refreshFiles')?.refreshFiles(trial.id, trial.paths)
    expect((await trial.exec(['cat', '/etc/hosts'])).text).toBe('10.0.0.9\tneighbour\n')
  })
}

function declares({ driver }: Trial, feature: ClassLimitation['feature']): boolean {
  return driver.limitations.some((limitation) => limitation.feature === feature)
}
