import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileFilter } from '../seccomp/compile.ts'
import { type ToolRights, toolProfile } from '../seccomp/tool-filter.ts'

const known = new Map<string, string>()

/**
 * A file with the filter of system calls for tools with these rights, to be read by a program that this one starts; null on
 * processors for which there is none. It has no name: it is there as long as this process is.
 */
export function toolFilterFile(rights: ToolRights): string | null {
  const { arch } = process
  if (arch !== 'x64' && arch !== 'arm64') return null
  const key = `${rights.capabilities.includes('SYS_CHROOT')} ${rights.opensSockets}`
  const path = known.get(key) ?? keepNameless(compileFilter(toolProfile(arch, rights), arch))
  known.set(key, path)
  return path
}

function keepNameless(content: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'joey-filter-'))
  try {
    const file = join(folder, 'filter')
    const writing = openSync(file, 'wx', 0o400)
    writeSync(writing, content)
    closeSync(writing)
    return `/proc/${process.pid}/fd/${openSync(file, 'r')}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}
