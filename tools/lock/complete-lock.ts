/** What npm's lock file says about one installed package. */
interface LockEntry {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string | readonly string[]
  cpu?: string | readonly string[]
  libc?: string | readonly string[]
  dependencies?: Readonly<Record<string, string>>
  optionalDependencies?: Readonly<Record<string, string>>
  [other: string]: unknown
}

/** npm's lock file, as far as this module reads it. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>
  readonly [other: string]: unknown
}

/** A dependency that the lock file mentions without saying what to install. */
export interface Gap {
  readonly parent: string
  readonly name: string
  readonly version: string
}

/**
 * Finds the optional packages for other platforms (`NAME-darwin-arm64`) that the lock file lacks. npm leaves them out
 * when the registry that the lock file was made with does not carry them, and `npm ci` then refuses the lock file
 * wherever they can, or cannot, be found: "Missing: NAME@ from lock file".
 */
export function findGaps({ packages }: Lock): readonly Gap[] {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isResolved(packages, parent, name))
      .map(([name, version]) => ({ parent, name, version })),
  )
}

/**
 * Packages of which only data is used. What Node they ask for is no concern of ours; but npm silently leaves out an
 * optional package whose wish for a Node is not met, and it is the older one of the machine that installs.
 */
const dataPackages = /^node_modules\/@superradcompany\/microsandbox-/

/** The entries of such packages that still ask for a Node. */
export function findDemands({ packages }: Lock): readonly string[] {
  return Object.keys(packages).filter((path) => dataPackages.test(path) && packages[path]?.['engines'] !== undefined)
}

/** Adds an entry for each gap: the version that is wanted, and the platform that its name says; takes away the demands. */
export function completeLock(lock: Lock): Lock {
  const added = findGaps(lock).map(({ parent, name, version }) => {
    if (!/^\d/.test(version)) throw new Error(`${name} is wanted as ${version}, which is no single version`)
    const dev = lock.packages[parent]?.dev ? { dev: true } : {}
    return [`node_modules/${name}`, { version, ...dev, optional: true, ...platformOf(name) }] as const
  })
  const demands = new Set(findDemands(lock))
  const known = Object.entries(lock.packages).map(([path, entry]) => {
    const { engines: _, ...rest } = entry
    return [path, demands.has(path) ? rest : entry] as const
  })
  const sorted = [...known, ...added].sort(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...lock, packages: Object.fromEntries(sorted) }
}

/** Node's rule: a package finds its dependency in its own node_modules or in one above. */
function isResolved(packages: Lock['packages'], parent: string, name: string): boolean {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true
    if (folder === '') return false
  }
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not say which platform it is for`)
  const isMusl = words.some((word) => word.startsWith('musl'))
  const isGlibc = words.some((word) => word.startsWith('gnu'))
  if (isMusl) return { cpu, libc: ['musl'], os }
  return isGlibc ? { cpu, libc: ['glibc'], os } : { cpu, os }
}
