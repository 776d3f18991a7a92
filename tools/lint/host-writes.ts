/** Calls of node:fs by which a file or folder is made, changed or removed. */
const writing = [
  ...[
    'appendFile',
    'chmod',
    'chown',
    'copyFile',
    'cp',
    'createWriteStream',
    'fchmod',
    'fchown',
    'ftruncate',
    'futimes',
  ],
  ...[
    'lchmod',
    'lchown',
    'link',
    'lutimes',
    'mkdir',
    'mkdtemp',
    'rename',
    'rm',
    'rmdir',
    'symlink',
    'truncate',
    'unlink',
  ],
  ...['utimes', 'writeFile'],
]
const writingNames: ReadonlySet<string> = new Set(writing.flatMap((name) => [name, `${name}Sync`]))
/** Flags by which a file is opened for writing. */
const writingFlags: ReadonlySet<string> = new Set(['O_WRONLY', 'O_RDWR', 'O_CREAT', 'O_TRUNC', 'O_APPEND'])

/** The one way to a path that somebody outside of the agent may have had a hand in. */
const hostPathFolder = 'src-agent/base/host-path/'
/** What writes to nothing but the state and run folders, the kernel's own files, and what the folder above has opened. */
const stateWriters: readonly string[] = [
  ...[
    'src-agent/base/kernel/',
    'src-agent/base/process/',
    'src-agent/state/',
    'src-agent/storage/',
    'src-agent/engines/',
  ],
  ...['src-agent/network/', 'src-agent/io/', 'src-agent/observe/selftest/canaries.ts', 'src-agent/snapshots/'],
  ...['src-agent/sandboxes/class/', 'src-agent/sandboxes/hosts-files.ts', 'src-agent/sandboxes/launch-plan.ts'],
  ...['src-agent/sandboxes/reconcile.ts', 'src-agent/files/open-edit.ts'],
  ...['src-agent/files/compare/packages/rpm-database.entry.ts', 'src-agent/archive/import-service.ts'],
  ...['src-agent/archive/commit-image.ts'],
  ...['src-agent/archive/output-file.ts', 'src-agent/archive/bundle/', 'src-agent/archive/oci/'],
  ...['src-agent/api/http-server.ts', 'src-agent/api/account-sockets.ts', 'src-agent/daemon.ts'],
  // Below the state and run folders, of what no guest has any more.
  'src-agent/observe/leftovers/',
]
const fileModules: ReadonlySet<unknown> = new Set(['node:fs', 'node:fs/promises', 'fs', 'fs/promises'])

const message =
  'host-writes-in-one-place: what is written by name can be led elsewhere by whoever writes on the way. ' +
  `Hold the folder with openHostPath() or openHostFolder() from ${hostPathFolder}.`

interface Imported {
  readonly type: string
  readonly imported?: { readonly name?: string }
}
interface ImportNode {
  readonly source: { readonly value?: unknown }
  readonly specifiers?: readonly Imported[]
  readonly importKind?: string
}
interface CallNode {
  readonly callee: { readonly name?: string; readonly property?: { readonly name?: string } }
  readonly arguments: readonly { readonly value?: unknown }[]
}

/** What is reported in a file of the agent that is not on the list; `report` gets the node. */
export function checkHostWrites(file: string, report: (node: unknown, message: string) => void) {
  const isAllowed = [hostPathFolder, ...stateWriters].some((each) => file.startsWith(each))
  const isTest = file.endsWith('.test.ts') || file.includes('/testing/')
  if (!file.startsWith('src-agent/') || isAllowed || isTest) return {}
  return {
    ImportDeclaration(node: ImportNode): void {
      if (!fileModules.has(node.source.value) || node.importKind === 'type') return
      // A whole module has all of its functions.
      const isOpen = (each: Imported) => each.type !== 'ImportSpecifier' || writingNames.has(each.imported?.name ?? '')
      if (node.specifiers?.some(isOpen)) report(node, message)
    },
    Identifier(node: { readonly name?: string }): void {
      if (writingFlags.has(node.name ?? '')) report(node, message)
    },
    CallExpression(node: CallNode): void {
      const name = node.callee.name ?? node.callee.property?.name ?? ''
      const [first, second] = node.arguments.map(({ value }) => (typeof value === 'string' ? value : ''))
      const writes = /^open(Sync)?$/.test(name) && /^[rwax+s]+$/.test(second ?? '') && /[wa+]/.test(second ?? '')
      const mounts = name === 'run' && /^u?mount$/.test(first ?? '')
      if (writes || mounts) report(node, message)
    },
  }
}
