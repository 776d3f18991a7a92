import { type Requirement, requirements } from '../../set-up/requirements.ts'

export interface ControlWish {
  readonly version: string
  readonly architecture: 'amd64' | 'arm64'
  readonly installedKib: number
}

/** The package's description of itself: deb-control(5). What it depends on is what this checkout would install. */
export function controlFile({ version, architecture, installedKib }: ControlWish): string {
  const needed = requirements.filter(({ purpose, optional }) => !optional && ['agent', 'window'].includes(purpose))
  const useful = requirements.filter(({ purpose, optional }) => optional === true && purpose === 'agent')
  return [
    'Package: joey',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: The Joey authors <joey@joey.invalid>',
    `Installed-Size: ${installedKib}`,
    'Section: admin',
    'Priority: optional',
    `Depends: ${['debconf (>= 0.5) | debconf-2.0', 'init-system-helpers (>= 1.52)', ...namesOf(needed)].join(', ')}`,
    `Recommends: ${['uidmap', ...namesOf(useful)].join(', ')}`,
    'Homepage: https://joey.invalid/',
    'Description: run code in sandboxes on your own machine',
    ' Joey runs programs that you do not trust in sandboxes, with the isolation class',
    ' that you pick for each: a container, gVisor, or a virtual machine. This package has',
    ' the desktop app, the command line (joey) and the agent (joeyd) with its service.',
    ' .',
    ' The agent is root. Accounts that are let use it, which are none at first, are as',
    ' good as root of this machine.',
    '',
  ].join('\n')
}

/** Each once. Some libraries have got another name when their type of time grew. */
function namesOf(some: readonly Requirement[]): readonly string[] {
  const names = some.map(({ debianPackage, probe }) =>
    probe.kind === 'library' ? `${debianPackage} | ${debianPackage}t64` : debianPackage,
  )
  return [...new Set(names)].sort()
}

/** A version as Debian orders it: what comes before a release sorts before it. */
export function debianVersion(version: string): string {
  const [release = '', ...before] = version.split('-')
  return before.length === 0 ? release : `${release}~${before.join('.')}`
}
