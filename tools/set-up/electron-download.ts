import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../process/run.ts'

const stallMs = 20_000
const pollMs = 500
const deadlineMs = 15 * 60_000

/**
 * Runs Electron's own install script, which downloads and verifies its binary. Resolves with what went wrong, or with
 * nothing. A slow download may go on; one that does not move for 20 s is given up, because a firewall that drops
 * packets never says no.
 */
export async function downloadElectron(electronFolder: string): Promise<string | undefined> {
  const temporary = mkdtempSync(join(tmpdir(), 'joey-electron-'))
  const stalled = new AbortController()
  const stopWatching = watchGrowth([temporary, join(electronFolder, 'dist')], () => stalled.abort())
  try {
    const { code, stderr } = await run(process.execPath, [join(electronFolder, 'install.js')], {
      env: { ...process.env, TMPDIR: temporary },
      timeoutMs: deadlineMs,
      signal: stalled.signal,
    })
    if (stalled.signal.aborted) return 'no answer within 20 s'
    return code === 0 ? undefined : firstLine(stderr)
  } finally {
    stopWatching()
    rmSync(temporary, { recursive: true, force: true })
  }
}

function firstLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '') ?? 'the download failed'
  return line.replace(/^\w*Error: /, '').trim()
}

/** Calls back once when none of the folders has grown for a while. Returns its own undo. */
function watchGrowth(folders: readonly string[], onStall: () => void): () => void {
  let size = 0
  let grewAt = performance.now()
  const timer = setInterval(() => {
    const now = folders.reduce((sum, folder) => sum + sizeOf(folder), 0)
    if (now !== size) grewAt = performance.now()
    size = now
    if (performance.now() - grewAt > stallMs) onStall()
  }, pollMs)
  return () => clearInterval(timer)
}

function sizeOf(folder: string): number {
  return globSync('**/*', { cwd: folder }).reduce((sum, file) => {
    return sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0)
  }, 0)
}
