import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { root } from '../paths.ts'

interface Configuration {
  readonly electronFuses: Readonly<Record<string, boolean>>
  readonly asar: unknown
  readonly [other: string]: unknown
}

// electron-builder's own reader and check; they are no part of its public interface, hence the require from its folder.
const require = createRequire(join(root, 'node_modules/electron-builder/package.json'))
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
  getConfig: (folder: string, file: null, options: null) => Promise<Configuration>
  validateConfiguration: (configuration: unknown, logger: unknown) => Promise<void>
}
const { DebugLogger } = require('builder-util') as { DebugLogger: new (enabled: boolean) => unknown }

let configuration: Configuration
beforeAll(async () => {
  configuration = await getConfig(root, null, null)
})

test('the builder accepts the configuration', async () => {
  await expect(validateConfiguration(configuration, new DebugLogger(false))).resolves.toBeUndefined()
})

test('the check would notice a misspelled fuse', async () => {
  const misspelled = { ...configuration, electronFuses: { ...configuration.electronFuses, runAsNodes: false } }
  await expect(validateConfiguration(misspelled, new DebugLogger(false))).rejects.toThrow('electronFuses')
})

test('a packaged app cannot be turned into a plain Node or made to load other code', () => {
  expect(configuration.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  })
  expect(configuration.asar).toBe(true)
})
