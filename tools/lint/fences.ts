import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { heightOf, reachesUp } from './rooms.ts'

/** What an import names, relative to the checkout. */
export interface Imported {
  readonly kind: 'file' | 'package' | 'builtin'
  /** `src-main/window/window.ts`, `zod`, `fs`: files as paths, packages without sub-path, builtins without `node:`. */
  readonly name: string
}

/** One rule about who may import whom. Its name says the reason, its remedy what to do instead. */
interface Fence {
  readonly name: string
  readonly remedy: string
  readonly guards: (file: string) => boolean
  readonly forbids: (imported: Imported, file: string) => boolean
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file) || file.includes('/testing/')
const below = (...folders: readonly string[]) => {
  return (file: string): boolean => folders.some((folder) => file.startsWith(`${folder}/`))
}
const isPackage = ({ kind, name }: Imported, ...names: readonly string[]): boolean =>
  kind === 'package' && names.includes(name)
const isFileBelow = ({ kind, name }: Imported, ...folders: readonly string[]): boolean =>
  kind === 'file' && below(...folders)(name)

/** Packages of the test runner; product code that imports one would carry it to the user. */
const testPackages = ['vitest', '@testing-library/react', '@testing-library/user-event', 'axe-core', 'jsdom']

/** The typed client of the agent; it opens sockets, so it is for Node only although it lies beside the contract. */
const nodeClient = 'src-contract/client'

/** Folders that may start programs. Everything else asks one of them. */
const mayStartPrograms = (file: string): boolean =>
  below(
    'src-agent/base/process',
    'src-main/agent',
    'src-cli/agent',
    'tools/process',
    'tools/bench',
    'e2e/fixtures',
  )(file) ||
  file === 'src-cli/registry/ask-helper.ts' || // Docker's own, as the person who runs the command
  file === 'tools/bootstrap.mjs' // runs before anything it could import is installed

/** The driver that a file belongs to: `oci` for `src-agent/engines/oci/state.ts`, nothing for `src-agent/engines/driver.ts`. */
const driverOf = (file: string): string | undefined => /^src-agent\/engines\/(?!host\/)([^/]+)\//.exec(file)?.[1]

/** What opens a guest's database with SQLite; only the program that the agent confines may load it. */
const guestDatabase = 'src-agent/files/compare/packages/rpm-rows.ts'
const mayOpenDatabases = (file: string): boolean =>
  below('src-agent/state')(file) ||
  /^src-agent\/wire-[a-z]+\.ts$/.test(file) ||
  file === guestDatabase ||
  file === 'src-agent/files/compare/packages/rpm-database.entry.ts'

/** Every fence between files of the product; see docs/testing.md for how they are proven. */
export const fences: readonly Fence[] = [
  {
    name: 'contract-is-a-leaf',
    remedy: 'The contract is what the processes share: it may import itself and zod, nothing else.',
    guards: (file) => below('src-contract')(file) && !below(nodeClient)(file) && !isTest(file),
    forbids: (imported) =>
      isFileBelow(imported, nodeClient) || (!isFileBelow(imported, 'src-contract') && !isPackage(imported, 'zod')),
  },
  {
    name: 'client-speaks-only-the-contract',
    remedy: 'The client is shared by main, the command line and tests: it may import the contract, zod, ws and Node.',
    guards: (file) => below(nodeClient)(file) && !isTest(file),
    forbids: (imported) =>
      imported.kind !== 'builtin' && !isFileBelow(imported, 'src-contract') && !isPackage(imported, 'zod', 'ws'),
  },
  {
    name: 'renderer-is-a-web-page',
    remedy: 'The renderer reaches the other processes only through the bridge; say it in src-contract.',
    guards: below('src-renderer'),
    forbids: (imported) =>
      isFileBelow(imported, 'src-main', 'src-preload', 'src-agent', 'src-cli', 'tools', nodeClient) ||
      isPackage(imported, 'electron', 'ws', 'fastify', '@lydell/node-pty'),
  },
  {
    name: 'renderer-has-no-node',
    remedy: 'The renderer is a sandboxed web page without Node; ask the agent or main through the bridge.',
    guards: (file) => below('src-renderer')(file) && !isTest(file),
    forbids: ({ kind }) => kind === 'builtin',
  },
  {
    name: 'agent-is-not-electron',
    remedy: 'The agent outlives the window and runs on plain Node: it may import src-contract, never another process.',
    guards: below('src-agent'),
    forbids: (imported) =>
      isFileBelow(imported, 'src-main', 'src-preload', 'src-renderer', 'src-cli', 'tools') ||
      isPackage(imported, 'electron'),
  },
  {
    name: 'main-talks-by-contract',
    remedy: 'Main is thin and talks to the agent over its socket: import src-contract instead.',
    guards: below('src-main'),
    forbids: (imported) => isFileBelow(imported, 'src-agent', 'src-renderer', 'src-preload', 'src-cli', 'tools'),
  },
  {
    name: 'preload-is-an-allow-list',
    remedy: 'The preload script runs inside the sandboxed page: it may import itself, src-contract and electron.',
    guards: (file) => below('src-preload')(file) && !isTest(file),
    forbids: (imported) =>
      isFileBelow(imported, nodeClient) ||
      (!isFileBelow(imported, 'src-preload', 'src-contract') && !isPackage(imported, 'electron')),
  },
  {
    name: 'cli-is-a-client-like-any-other',
    remedy: 'The command line talks to the agent over its socket: import src-contract instead.',
    guards: below('src-cli'),
    forbids: (imported) =>
      isFileBelow(imported, 'src-agent', 'src-main', 'src-preload', 'src-renderer', 'tools') ||
      isPackage(imported, 'electron'),
  },
  {
    name: 'rooms-read-from-the-bottom-to-the-top',
    remedy: 'A room of the agent knows only the rooms below it (tools/lint/rooms.ts); move what both need down.',
    guards: (file) => !isTest(file) && heightOf(file) !== undefined,
    forbids: (imported, file) => imported.kind === 'file' && reachesUp(file, imported.name),
  },
  {
    name: 'base-knows-no-sandbox',
    remedy: 'The lowest room serves all others and knows nothing of what Joey is for; pass in what it needs.',
    guards: (file) => below('src-agent/base')(file) && !isTest(file),
    forbids: (imported) =>
      imported.kind === 'file' && /^src-contract\/(sandbox|snapshot|image|terminal|classes)\.ts$/.test(imported.name),
  },
  {
    name: 'monitor-is-known-to-engines-only',
    remedy:
      'What the monitor leaves behind is read by the engines; ask the driver (findProcesses, ending, main streams).',
    guards: (file) => below('src-agent')(file) && !below('src-agent/engines')(file) && !isTest(file),
    forbids: (imported) =>
      imported.kind === 'file' &&
      ['src-agent/engines/conmon.ts', 'src-agent/engines/oci/monitor.ts'].includes(imported.name),
  },
  {
    name: 'drivers-are-strangers',
    remedy: 'A driver must not know another: move what they share up to src-agent/engines or to its own folder.',
    guards: (file) => driverOf(file) !== undefined,
    forbids: (imported, file) => {
      const other = imported.kind === 'file' ? driverOf(imported.name) : undefined
      return other !== undefined && other !== driverOf(file)
    },
  },
  {
    name: 'programs-start-in-one-place',
    remedy: 'Only the process folders start programs, so that each has a deadline and an owner; call one of them.',
    guards: (file) => !isTest(file) && !mayStartPrograms(file),
    forbids: ({ kind, name }) => kind === 'builtin' && (name === 'child_process' || name === 'cluster'),
  },
  {
    name: 'sqlite-reads-only-its-own',
    remedy:
      "SQLite is C: the agent opens its own database with it, in src-agent/state. A guest's is read by a confined helper.",
    guards: (file) => below('src-agent')(file) && !isTest(file) && !mayOpenDatabases(file),
    forbids: (imported) =>
      (imported.kind === 'builtin' && imported.name === 'sqlite') ||
      (imported.kind === 'file' && imported.name === guestDatabase),
  },
  {
    name: 'tests-stay-out-of-the-product',
    remedy: 'Only *.test.ts files, testing folders and conformance suites may import the test runner.',
    guards: (file) => file.startsWith('src-') && !isTest(file) && !/\bconformance\.ts$/.test(file),
    forbids: (imported) => isPackage(imported, ...testPackages) || (imported.kind === 'file' && isTest(imported.name)),
  },
]

/** Says which file, package or builtin module an import of `file` means. Both paths are relative to the checkout. */
export function resolveImport(specifier: string, file: string): Imported {
  if (specifier.startsWith('.')) {
    return { kind: 'file', name: posix.join(posix.dirname(file), specifier) }
  }
  if (specifier.startsWith('#contract/')) {
    return { kind: 'file', name: posix.join('src-contract', `${specifier.slice('#contract/'.length)}.ts`) }
  }
  if (isBuiltin(specifier)) {
    const [name] = specifier.replace(/^node:/, '').split('/')
    return { kind: 'builtin', name: name ?? specifier }
  }
  const parts = specifier.split('/')
  return { kind: 'package', name: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') }
}

/** The first fence that this import breaks. */
export function brokenFence(specifier: string, file: string): Fence | undefined {
  const imported = resolveImport(specifier, file)
  return fences.find((fence) => fence.guards(file) && fence.forbids(imported, file))
}
