import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { root } from '../paths.ts'

interface Configuration {
  readonly electronFuses: Readonly<Record<string, boolean>>
  readonly asar: unknown
  readonly linux: { readonly target: readonly string[]; readonly executableName: string; readonly icon: string }
  readonly mac: { readonly target: readonly string[] }
  readonly win: { readonly target: readonly string[] }
  readonly protocols: readonly { readonly schemes: readonly string[] }[]
  readonly fileAssociations: readonly { readonly ext: string; readonly mimeType: string }[]
  readonly publish: { readonly provider: string; readonly channel: string }
  readonly extraFiles: readonly { readonly to: string }[]
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

test('there is a package for each system, with one program name, icon, links, associations, notices and a channel', () => {
  const { linux, mac, win, protocols, fileAssociations, publish, extraFiles } = configuration
  expect([...linux.target, ...mac.target, ...win.target]).toEqual(['AppImage', 'deb', 'rpm', 'tar.gz', 'dmg', 'nsis'])
  // `joey` is the command line.
  expect(linux.executableName).toBe('joey-window')
  expect(protocols.flatMap(({ schemes }) => schemes)).toEqual(['joey'])
  expect(fileAssociations).toMatchObject([{ ext: 'joey', mimeType: 'application/x-joey-bundle' }])
  expect(publish).toMatchObject({ provider: 'generic', channel: 'latest' })
  expect(extraFiles.map(({ to }) => to)).toEqual(['THIRD-PARTY.txt', 'LICENSE.joey.txt'])
})

test('every file of this checkout that the configuration names is there', () => {
  const text = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
  const named = [...text.matchAll(/(?:^|[\s=])(packaging\/[\w./-]+)/gm)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(8)
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('scripts that the builder fills in have none of its own signs for a value', () => {
  for (const file of ['deb/postinst', 'deb/postrm', 'rpm/after-install.sh', 'rpm/after-remove.sh'])
    expect(readFileSync(join(root, 'packaging', file), 'utf8')).not.toMatch(/\$\{[a-zA-Z]+\}/)
})
