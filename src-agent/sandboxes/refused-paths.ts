import { type Sentence, sentence } from '#contract/sentence'
import { type HostRules, isOfJoey, isWithin } from './host-paths.ts'

/** Folders whose content makes the host what it is: with any of them inside, isolation of the sandbox means little. */
const systemFolders = [
  ...['/bin', '/boot', '/dev', '/efi', '/etc', '/gnu', '/lib', '/lib32', '/lib64', '/libx32', '/nix', '/ostree'],
  ...['/proc', '/run', '/sbin', '/snap', '/sys', '/sysroot', '/usr', '/var'],
]
/** Below /var these are a person's own; the first holds what everybody's programs keep for a while, and is not given whole. */
const personalFolders = ['/var/tmp', '/var/www', '/var/mail']
const sharedFolders = ['/tmp', '/var/tmp']
/** Whole homes hold keys; folders in them are fine. */
const wholeFolders = ['/', '/home']
/** In a home, beside what is hidden: programs that its owner runs by name, and profiles of browsers. */
const ownPrograms = ['bin', 'go/bin', 'snap', 'Library', 'AppData']
/** Wherever they lie in a home, these hold keys and credentials, or start programs. */
const secretNames = new Set([
  ...['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker', '.netrc', '.git-credentials', '.npmrc', '.pypirc'],
  ...['.password-store', '.mozilla', '.config', '.local', '.bashrc', '.profile', '.zshrc', '.pki', '.gitconfig'],
])
/** What the kernel makes up of its own state: whoever writes there commands the machine. */
const kernelTypes = new Set([
  ...['proc', 'sysfs', 'cgroup', 'cgroup2', 'devtmpfs', 'devpts', 'debugfs', 'tracefs', 'bpf', 'securityfs'],
  ...['configfs', 'efivarfs', 'fusectl', 'mqueue', 'nsfs', 'pstore', 'selinuxfs', 'binfmt_misc', 'rpc_pipefs'],
])
/** Where trees of other systems and disks are mounted: what has a system folder's name in them is none of this machine. */
const mountPlaces = ['/run', '/mnt', '/media']

export function isOfKernelType(type: string): boolean {
  return kernelTypes.has(type)
}

/** Why a path is not given without a grant; null: no objection. Pure, so that every path is a table test. */
export function findObjection(path: string, rules: Omit<HostRules, 'untrusted'>): Sentence | null {
  if (isOfJoey(path, rules.joey)) return sentence('path-of-joey')
  if (isOfJoey(path, rules.installation)) return sentence('path-of-installation')
  if (sharedFolders.includes(path)) {
    return sentence('path-shared')
  }
  const homes = [...rules.homes, ...(/^\/home\/[^/]+/.exec(path) ?? [])]
  if (wholeFolders.includes(path) || homes.some((home) => isWithin(home, path))) {
    return sentence('path-whole-home')
  }
  const home = homes.filter((each) => isWithin(path, each)).sort((one, other) => other.length - one.length)[0]
  const inHome = home === undefined ? null : objectionInHome(path.slice(home.length + 1))
  if (inHome !== null) return inHome
  if (personalFolders.some((folder) => isWithin(path, folder))) return null
  const system = systemFolders.find((folder) => isWithin(path, folder))
  if (system === undefined || (home !== undefined && isWithin(home, system))) return null
  return sentence('path-of-system', { folder: system })
}

/**
 * The same for another name that the file system of a mounted path has: a copy of the tables of another system, in a place
 * where disks are mounted, is not this machine's.
 */
export function findAliasObjection(alias: string, rules: Omit<HostRules, 'untrusted'>): Sentence | null {
  return mountPlaces.some((place) => isWithin(alias, place)) && !isOfJoey(alias, rules.joey)
    ? null
    : findObjection(alias, rules)
}

function objectionInHome(below: string): Sentence | null {
  const parts = below.split('/')
  if (parts[0]?.startsWith('.') || parts.some((part) => secretNames.has(part))) {
    return sentence('path-hidden-in-home')
  }
  const program = ownPrograms.find((folder) => isWithin(`/${below}`, `/${folder}`))
  return program === undefined ? null : sentence('path-of-programs-in-home', { folder: program })
}
