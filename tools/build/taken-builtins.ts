import type { Plugin } from 'vite'

/** Modules of Node that the WebSocket library takes along for what is not used here: TLS, and compression. */
export const lateNames = ['https', 'tls', 'zlib']

/** Loads them when something of them is requested. */
export const lateBuiltins: Plugin = {
  name: 'joey:late-builtins',
  enforce: 'pre',
  resolveId: (id) => (lateNames.includes(id) ? `\0late:${id}` : null),
  load: (id) =>
    id.startsWith('\0late:')
      ? `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('node:${id.slice(6)}')[name] })`
      : null,
}

/** Functions of modules of Node that take long to load, and that most commands never call. */
const calledLate: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['spawn', 'spawnSync'],
  'node:crypto': ['createHash', 'randomUUID'],
  'node:http': ['request'],
}

/** Whether {@link lateFunctions} stands for the module. */
export const withLateFunctions = (name: string): boolean => Object.hasOwn(calledLate, name)

/** Loads them when one of their functions is called. */
export const lateFunctions: Plugin = {
  name: 'joey:late-functions',
  enforce: 'pre',
  resolveId: (id) => (withLateFunctions(id) ? `\0called-late:${id}` : null),
  load(id) {
    const name = id.startsWith('\0called-late:') ? id.slice('\0called-late:'.length) : ''
    const functions = calledLate[name] ?? []
    if (functions.length === 0) return null
    return functions
      .map((each) => `export const ${each} = (...given) => process.getBuiltinModule('${name}').${each}(...given)`)
      .join('\n')
  },
}

const importOf = /\bimport\s*([\w$*{][^;"']*?)?\s*(?:from\s*)?["'](node:[\w/]+)["'];?/g

/**
 * An `import` of one of Node's modules reads each of its exports, and some of them load others: of `node:fs` all streams
 * and readline, of `node:http` all of fetch, of `node:util` worker threads. That is half of what a short command takes.
 * Taken through `process.getBuiltinModule`, only what is used is read.
 */
export const takenBuiltins: Plugin = {
  name: 'joey:taken-builtins',
  renderChunk: (code) => ({
    code: code.replace(importOf, (_import, names?: string, id = '') => taken(names, id)),
    map: null,
  }),
}

/** `var`, because in a circle of chunks one may be used before it has been run. */
function taken(names: string | undefined, id: string): string {
  if (!names) return ''
  const [, first, listed] = /^(?:(?:\*\s*as\s*)?([\w$]+))?\s*,?\s*(?:\{(.*)\})?$/s.exec(names.trim()) ?? []
  const source = `process.getBuiltinModule("${id}")`
  const parts = [
    ...(first ? [`${first}=${source}`] : []),
    ...(listed ? [`{${listed.replace(/\s+as\s+/g, ':')}}=${source}`] : []),
  ]
  if (parts.length === 0) throw new Error(`The import of ${names} from ${id} has a form that is not known here.`)
  return `var ${parts.join(',')};`
}
