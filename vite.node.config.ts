import http from 'node:http'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { InlineConfig, Plugin } from 'vite'

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

/**
 * An `import` of `node:http` reads each of its exports, and one of them (WebSocket) loads all of Node's fetch: 12 ms of
 * every command. Taken through `process.getBuiltinModule`, its exports are only read when they are used.
 */
const lazyHttp: Plugin = {
  name: 'joey-lazy-http',
  enforce: 'pre',
  resolveId: (id) => (id === 'node:http' ? '\0lazy-http' : null),
  load: (id) => (id === '\0lazy-http' ? lazyHttpSource() : null),
}

function lazyHttpSource(): string {
  const exports = Object.entries(Object.getOwnPropertyDescriptors(http))
    .filter(([, descriptor]) => 'value' in descriptor)
    .map(([name]) => `export const ${name} = http.${name}`)
  return ["const http = process.getBuiltinModule('node:http')", ...exports, 'export default http'].join('\n')
}

/** The command line: one file, dependencies inside, because resolving them one by one costs more than the command. */
export const cliConfig = (entries: Readonly<Record<string, string>>, outDir: string): InlineConfig => ({
  ...common,
  plugins: [lazyHttp],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir,
    emptyOutDir: true,
    sourcemap: true,
    minify: true,
    rolldownOptions: {
      input: entries,
      external: [...builtinModules.flatMap((name) => [name, `node:${name}`]), ...accelerators].filter(
        (name) => name !== 'node:http',
      ),
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})
