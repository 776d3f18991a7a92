import { formatGrant } from '#contract/grant-text'
import type { Grant } from '#contract/sandbox'
import { usageError } from '../command/usage-error.ts'

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  x86_64: 'amd64',
  arm64: 'arm64',
  aarch64: 'arm64',
}

/** Programs of another kind of processor do not run here: `--platform` may only name what there is. */
export function requirePlatform(text: string | undefined, architecture: string = process.arch): void {
  if (text === undefined) return
  const here = `linux/${architectures[architecture] ?? architecture}`
  const [, os = 'linux', wanted = '', variant = ''] = /^(?:([a-z]+)\/)?([a-z0-9_]+)(?:\/([a-z0-9]+))?$/.exec(text) ?? []
  const isHere = `${os}/${architectures[wanted] ?? wanted}` === here
  if (!isHere || !['', 'v8'].includes(variant)) throw usageError('usage-platform', { text, here })
}

/** What `--security-opt` may say: what holds anyway. What would open something is a grant, or is not to be had. */
export function requireSecurity(options: readonly string[], grants: readonly Grant[]): void {
  for (const text of options) {
    const [name = '', value = 'true'] = text.split(/[=:]/, 2)
    if (name === 'no-new-privileges' && value === 'true') {
      const opened = grants.find(({ kind }) => kind === 'new-privileges')
      if (opened) throw usageError('usage-security-against', { text, grant: formatGrant(opened) })
    } else if (name === 'no-new-privileges') throw usageError('usage-security-grant', { text, grant: 'new-privileges' })
    else if (name === 'seccomp' && value === 'unconfined')
      throw usageError('usage-security-grant', { text, grant: 'no-seccomp' })
    else throw usageError('usage-security-unknown', { text })
  }
}
