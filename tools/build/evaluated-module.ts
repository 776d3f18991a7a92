import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'

/**
 * Puts what a module exports in place of the module, so that what it is computed from stays out of the bundle.
 * Its exports MUST be plain data.
 */
export function evaluatedModule(file: string): Plugin {
  return {
    name: 'joey:evaluated-module',
    async load(id) {
      if (id !== file) return null
      return Object.entries(await exportsOf(file))
        .map(([name, value]) => `export const ${name} = ${expressionOf(value)}`)
        .join('\n')
    },
  }
}

/** The same for large tables of which most commands need nothing: each is a file beside the bundle, read at its first use. */
export function lateModule(file: string): Plugin {
  return {
    name: 'joey:late-module',
    async load(id) {
      if (id !== file) return null
      const tables = Object.entries(await exportsOf(file)).map(([name, value]) => {
        const fileName = `tables/${name}.json`
        this.emitFile({ type: 'asset', fileName, source: JSON.stringify(value) })
        // From a chunk's folder, for the table is used in what every command starts with (needed-group.ts).
        return `export const ${name} = late(new URL(${JSON.stringify(`../${fileName}`)}, import.meta.url))`
      })
      return [`import { late } from '${lateTable}'`, ...tables].join('\n')
    },
  }
}

const lateTable = `${dirname(import.meta.filename)}/late-table.ts`

function exportsOf(file: string): Promise<Readonly<Record<string, unknown>>> {
  // The time: a watching build asks again after each change.
  return import(`${pathToFileURL(file).href}?at=${Date.now()}`) as Promise<Readonly<Record<string, unknown>>>
}

const largeCharacters = 8 * 1024

/** V8 reads a text of JSON several times as fast as the same as source (https://v8.dev/blog/cost-of-javascript-2019#json). */
function expressionOf(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > largeCharacters ? `JSON.parse(${JSON.stringify(text)})` : text
}
