import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { InlineConfig } from 'vite'
import { evaluatedModule, lateModule } from './tools/build/evaluated-module.ts'
import { startGroup } from './tools/build/start-group.ts'
import { lateBuiltins, lateHttp, lateNames, takenBuiltins } from './tools/build/taken-builtins.ts'

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

/** The command line: one file, dependencies inside, because resolving them one by one costs more than the command. */
export const cliConfig = (entries: Readonly<Record<string, string>>, outDir: string): InlineConfig => ({
  ...common,
  plugins: [lateBuiltins, lateHttp, takenBuiltins, ...contract],
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
        (name) => name !== 'node:http' && !lateNames.includes(name),
      ),
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        codeSplitting: { groups: [startGroup(path('src-cli/index.ts'))] },
      },
    },
  },
})
