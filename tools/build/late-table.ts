import { readFileSync } from 'node:fs'

type Table = Readonly<Record<string, unknown>>

/** A table that is read from its file when something of it is requested. Part of what is built, not of the build. */
export function late(file: URL): Table {
  let table: Table | undefined
  const read = (): Table => {
    table ??= JSON.parse(readFileSync(file, 'utf8')) as Table
    return table
  }
  return new Proxy<Table>(
    {},
    {
      get: (_target, key) => Reflect.get(read(), key),
      has: (_target, key) => Reflect.has(read(), key),
      ownKeys: () => Reflect.ownKeys(read()),
      getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(read(), key),
    },
  )
}
