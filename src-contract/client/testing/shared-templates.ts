import { cpSync, existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Gives a new state folder the templates of micro-VMs that `npm test` made once for its run (tools/test/templates.ts), where
 * there are any. Without them each agent makes two of its own, which keeps a processor busy for fifteen seconds. The files
 * are links, so that what one agent removes stays for the others.
 */
export function shareTemplates(home: string): void {
  const shared = join(tmpdir(), 'templates')
  if (!existsSync(shared)) return
  for (const key of readdirSync(shared)) {
    const folder = join(home, 'microvm', 'templates', key)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const finished = readdirSync(join(shared, key)).filter((name) => !name.endsWith('.new'))
    for (const name of finished) linkOrCopy(join(shared, key, name), join(folder, name))
  }
}

/** A state folder may lie on another file system than the run's folder. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    cpSync(from, to)
  }
}
