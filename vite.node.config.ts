import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { InlineConfig } from 'vite'
import { evaluatedModule, lateModule } from './tools/build/evaluated-module.ts'
import { neededGroup } from './tools/build/needed-group.ts'
import {
  lateBuiltins,
  lateFunctions,
  lateNames,
  takenBuiltins,
  withLateFunctions,
} from './tools/build/taken-builtins.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const common: InlineConfig = {
  root: path('.'),
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
}

/** Native modules that ws tries to load and does without. */
const accelerators = ['bufferutil', 'utf-8-validate']

/** The agent: its dependencies stay in node_modules, since one of them (node-pty) is a native module. */
export const agentConfig = (entries: Readonly<Record<string, string>>, outDir: string): InlineConfig => ({
  ...common,
  ssr: { external: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir,
    emptyOutDir: true,
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: entries,
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})

/** What a command needs of the contract is plain data in it: to make it takes longer than most commands. */
const contract = [
  evaluatedModule(path('src-contract/client/answer-forms.ts')),
  lateModule(path('src-contract/reasons/index.ts')),
  lateModule(path('src-contract/sentences/index.ts')),
]

const verb = (file: string): string => path(`src-cli/verbs/${file}.ts`)
const sessions = [verb('inside/exec'), verb('sandboxes/run')]

/**
 * What is typed all day loads few files: what every command needs; what lists and answers need; of what runs commands, that
 * which other verbs need as well; and all the rest of it, with the WebSocket.
 */
const cliGroups = [
  neededGroup('start', [path('src-cli/index.ts')]),
  neededGroup('answer', [verb('sandboxes/ls'), verb('agent/version')]),
  neededGroup('shared', sessions, path('src-cli/streams/channel.ts')),
  neededGroup('session', sessions),
]

/** The command line: one file, dependencies inside, because resolving them one by one costs more than the command. */
export const cliConfig = (entries: Readonly<Record<string, string>>, outDir: string): InlineConfig => ({
  ...common,
  plugins: [lateBuiltins, lateFunctions, takenBuiltins, ...contract],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    ssrEmitAssets: true,
    target: 'node24',
    outDir,
    emptyOutDir: true,
    sourcemap: true,
    minify: true,
    rolldownOptions: {
      input: entries,
      external: [...builtinModules.flatMap((name) => [name, `node:${name}`]), ...accelerators].filter(
        (name) => !withLateFunctions(name) && !lateNames.includes(name),
      ),
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        codeSplitting: { groups: cliGroups, includeDependenciesRecursively: false },
      },
    },
  },
})
