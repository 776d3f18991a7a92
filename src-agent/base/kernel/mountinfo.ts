/** One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). Texts are bytes as latin1, with the kernel's escapes undone. */
export interface MountLine {
  readonly id: number
  /** The mount that it lies on. */
  readonly parent: number
  readonly device: string
  /** What of the file system is mounted, as a path within it. */
  readonly root: string
  readonly target: string
  readonly writable: boolean
  readonly type: string
  readonly source: string
}

/** A guest with CAP_SYS_ADMIN can make as many mounts as it likes. */
const maxLines = 4096

export function parseMountinfo(text: string): MountLine[] {
  return text.split('\n', maxLines).flatMap((line) => {
    const fields = line.split(' ')
    const end = fields.indexOf('-', 6)
    const [id, parent, device, root, target, options] = fields
    const [type, source, superOptions] = end === -1 ? [] : fields.slice(end + 1)
    if (!device || !root || !target || !options || !type || source === undefined) return []
    const writable = has(options, 'rw') && !has(superOptions ?? 'rw', 'ro')
    const place = { id: Number(id), parent: Number(parent), device, root: unescape(root), target: unescape(target) }
    return [{ ...place, writable, type, source: unescape(source) }]
  })
}

/** File systems whose content is files of this machine, not the kernel's or a process's own. */
const kernelTypes = new Set([
  ...['proc', 'sysfs', 'tmpfs', 'devpts', 'mqueue', 'cgroup', 'cgroup2', 'overlay', 'devtmpfs', 'ramfs'],
  ...['erofs', 'securityfs', 'debugfs', 'tracefs', 'bpf', 'pstore', 'hugetlbfs', 'configfs', 'binfmt_misc', 'nsfs'],
])

export function isOfKernel({ type }: MountLine): boolean {
  return kernelTypes.has(type)
}

/** Reports where on the host the mounted tree is to be found, from the host's own table. */
export type FindOnHost = (line: MountLine) => string | null

/** Mounts of the host, to find by device and path the name that a bind mount has there. */
export function createHostPaths(hostTable: string): FindOnHost {
  const byDevice = new Map<string, MountLine[]>()
  for (const line of parseMountinfo(hostTable)) {
    byDevice.set(line.device, [...(byDevice.get(line.device) ?? []), line])
  }
  return ({ device, root }) => {
    // The longest root that leads there is the nearest name; of equals the later mount covers the earlier.
    let best: MountLine | null = null
    for (const line of byDevice.get(device) ?? []) {
      if (isWithin(root, line.root) && line.root.length >= (best?.root.length ?? 0)) best = line
    }
    if (best === null) return null
    const rest = best.root === '/' ? root : root.slice(best.root.length)
    return `${best.target === '/' ? '' : best.target}${rest}` || '/'
  }
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

function has(options: string, name: string): boolean {
  return options.split(',').includes(name)
}

/** Space, tab, line feed and backslash are written in octal. */
function unescape(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
    : text
}
