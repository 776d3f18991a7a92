import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, untilAnswers } from '#contract/client/testing/loopback-port'
import type { SharedTestAgent } from './shared-agent.ts'

/** Debian's docker-registry on loopback, for commands that speak with one. */
export interface TestRegistry {
  /** As a reference begins. */
  readonly host: string
  /** Puts the built-in image of an agent there, as it is exported, with a file in it that has the text. */
  pushBusybox(testAgent: SharedTestAgent, name: string, text: string): Promise<void>
  close(): Promise<void>
}

export async function openTestRegistry(person?: {
  readonly username: string
  readonly password: string
}): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'joey-registry-'))
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host, secret: 'test' },
    ...(person && { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }),
  }
  if (person) {
    // Of bcrypt, the only form that it takes; libcrypt makes it.
    const script = 'print crypt($ARGV[0], q($2y$05$) . q(abcdefghijklmnopqrstuu));'
    const hash = execFileSync('perl', ['-e', script, person.password], { encoding: 'utf8' })
    writeFileSync(join(folder, 'htpasswd'), `${person.username}:${hash}\n`)
  }
  writeFileSync(join(folder, 'registry.yml'), JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await untilAnswers(port, 'docker-registry')
  return {
    host,
    async pushBusybox(testAgent, name, text) {
      const box = `source-${name.replaceAll(/[^a-z0-9]/g, '-')}-${text}`
      await testAgent.joey(['run', '--name', box, 'busybox', 'sh', '-c', `echo '${text}' >/text`])
      const layout = join(folder, box)
      await testAgent.json(['export', box, '--format', 'oci-layout', '-o', layout])
      await testAgent.joey(['rm', box])
      const creds = person ? ['--dest-creds', `${person.username}:${person.password}`] : []
      const how = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', ...creds]
      execFileSync('skopeo', [...how, `oci:${layout}`, `docker://${host}/${name}`], { stdio: 'ignore' })
    },
    async close() {
      child.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
