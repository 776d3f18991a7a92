import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type InlineConfig, build as viteBuild } from 'vite'
import { agentConfig, cliConfig } from '../../vite.node.config.ts'
import { root } from '../paths.ts'
import { Problem } from '../problem.ts'
import { nodeEntries, type Target, targetDir } from './targets.ts'

/** Builds one target into `out/NAME`. */
export async function compile(target: Target): Promise<void> {
  const configuration = await configurationOf(target)
  try {
    await viteBuild(configuration)
  } catch (error) {
    // The bundler's message names file and line; its stack is about the bundler.
    const message = error instanceof Error ? error.message : String(error)
    const detail = process.stderr.isTTY ? message : stripVTControlCharacters(message)
    throw new Problem(`${target.name} could not be built.`, detail)
  }
}

async function configurationOf(target: Target): Promise<InlineConfig> {
  switch (target.name) {
    case 'agent':
      return agentConfig(nodeEntries(target), targetDir(target))
    case 'cli':
      return cliConfig(nodeEntries(target), targetDir(target))
    default:
      return electronConfiguration(target.name)
  }
}

/** electron-vite only builds all three at once; resolving its configuration ourselves lets each be skipped alone. */
async function electronConfiguration(name: 'main' | 'preload' | 'renderer'): Promise<InlineConfig> {
  process.env['NODE_ENV_ELECTRON_VITE'] = 'production'
  const { resolveConfig } = await import('electron-vite')
  const inline = { root, configFile: join(root, 'electron.vite.config.ts'), logLevel: 'warn' as const }
  const { config } = await resolveConfig(inline, 'build', 'production')
  const found = config?.[name]
  if (!found) throw new Error(`electron.vite.config.ts has no ${name} section`)
  return found
}
