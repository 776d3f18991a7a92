import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { appError } from '#contract/app-error'

/**
 * Has the id of what `create` makes in a file, as Docker's `--cidfile`. The file is made first, so that nothing is made where
 * it cannot be, and one that is there is kept.
 */
export async function withIdFile<T extends { readonly id: string }>(
  file: string | undefined,
  cwd: string,
  create: () => Promise<T>,
): Promise<T> {
  if (file === undefined) return create()
  const path = resolve(cwd, file)
  try {
    writeFileSync(path, '', { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw appError('id-file-not-made', { file, why: code === 'EEXIST' ? 'exists' : 'other' }, { cause: error as Error })
  }
  try {
    const made = await create()
    writeFileSync(path, made.id)
    return made
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}
