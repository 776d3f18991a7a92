import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outDir, root } from '../paths.ts'
import type { Target } from './targets.ts'

const configuration = [
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
  'vite.node.config.ts',
  'tsconfig.base.json',
  ...globSync('tools/build/*.ts', { cwd: root, exclude: (name) => name.endsWith('.test.ts') }).sort(),
]

const stampFile = (target: Target): string => join(outDir, '.stamps', target.name)

/** Hashes everything that the target is made from; contents rather than times, so that a checkout counts as no change. */
export function inputHash(target: Target): string {
  const hash = createHash('sha256')
  const sources = target.sources.flatMap((folder) =>
    globSync(`${folder}/**/*.*`, { cwd: root, exclude: (name) => /\.test\.tsx?$/.test(name) }),
  )
  for (const file of [...configuration, ...sources.sort()]) {
    hash.update(`${file}\0`)
    hash.update(readIfFile(join(root, file)))
  }
  return hash.digest('hex')
}

/** Whether the target was built from exactly these inputs and its output is still there. */
export function isUpToDate(target: Target, hash: string): boolean {
  if (!existsSync(join(outDir, target.output))) return false
  try {
    return readFileSync(stampFile(target), 'utf8') === hash
  } catch {
    return false // never built
  }
}

/** Records what the target was built from. MUST be called only after its output is complete. */
export function writeStamp(target: Target, hash: string): void {
  mkdirSync(join(outDir, '.stamps'), { recursive: true })
  writeFileSync(stampFile(target), hash)
}

function readIfFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0) // a folder with a dot in its name, or a file that a colleague has just removed
  }
}
