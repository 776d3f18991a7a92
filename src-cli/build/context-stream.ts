import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import { readIgnoreRules } from './ignore-rules.ts'
import { endOfTar, tarOfBytes, tarOfFolder, tarOfOne } from './write-tar.ts'

/** A secret of a build: from a file of the caller's, or from a variable. */
export interface BuildSecret {
  readonly id: string
  readonly from: { readonly file: string } | { readonly value: string }
}

/** What a build is to have, read with the rights of who calls. */
export interface ContextFiles {
  /** Absolute. */
  readonly folder: string
  /** Of the Dockerfile, absolute; null where it came some other way. */
  readonly dockerfile: string | null
  readonly secrets: readonly BuildSecret[]
}

/** The context and the secrets as the agent takes them: one tar stream. */
export async function* contextStream({ folder, dockerfile, secrets }: ContextFiles): AsyncGenerator<Buffer> {
  const rules = readIgnoreRules(await readIgnoreFile(folder, dockerfile))
  for (const { id, from } of secrets) {
    if ('file' in from) yield* tarOfOne(from.file, `secrets/${id}`)
    else yield tarOfBytes(Buffer.from(from.value), `secrets/${id}`)
  }
  yield* tarOfFolder(folder, 'context', rules)
  yield endOfTar
}

/** That of this very Dockerfile goes before the folder's, and the one that names no program before Docker's. */
async function readIgnoreFile(folder: string, dockerfile: string | null): Promise<string> {
  const own = dockerfile === null ? [] : [`${dockerfile}.containerignore`, `${dockerfile}.dockerignore`]
  for (const path of [...own, join(folder, '.containerignore'), join(folder, '.dockerignore')]) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (text !== null) return text
  }
  return ''
}

export async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found === null) throw appError('path-not-found', { path })
  if (!found.isDirectory()) throw appError('build-context-no-folder', { path })
}

/** As it is called unless the caller says otherwise; the first that is there. */
export async function findDockerfile(folder: string): Promise<string> {
  for (const name of ['Dockerfile', 'Containerfile']) {
    const path = join(folder, name)
    if ((await stat(path).catch(() => null))?.isFile()) return path
  }
  throw appError('dockerfile-missing', { path: folder })
}
