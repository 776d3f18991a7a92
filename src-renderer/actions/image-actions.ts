import i18next from 'i18next'
import { toast } from 'sonner'
import { chooseImage } from '#contract/app'
import { AppError } from '#contract/app-error'
import { type Image, importImage, pullImage, removeImage, type TaskId } from '#contract/image'
import { makeImage, type RecipeName } from '#contract/recipe'
import { call } from '../call.ts'
import { newId } from '../model/new-id.ts'
import { toastError } from './remedies.ts'

interface ImportOptions {
  /** Called once a path is chosen, with the id under which the progress can be followed. */
  readonly onTask?: (id: TaskId) => void
}

/** Asks for a path and imports what is there. Null when the person cancelled or it failed, which is then said. */
export async function chooseAndImport(
  kind: 'archive' | 'folder',
  { onTask }: ImportOptions = {},
): Promise<readonly Image[] | null> {
  try {
    const { path } = await call(chooseImage, { kind })
    if (path === null) return null
    const task = newId()
    onTask?.(task)
    const images = await call(importImage, { path, task })
    toast.success(i18next.t('images.imported', { names: importedNames(images).join(', ') }))
    return images
  } catch (error) {
    if (AppError.from(error).wire.code !== 'cancelled') toastError(i18next.t('images.importFailed'), error)
    return null
  }
}

/** The built-in image stands for one of its name, which was left out. */
function importedNames(images: readonly Image[]): readonly string[] {
  return images.filter(({ builtIn }) => !builtIn).flatMap(({ names }) => names)
}

interface PullOptions extends ImportOptions {
  /** Hosts beside the registry's own that it may be fetched from, this once. */
  readonly allowHosts?: readonly string[]
}

/** Fetches an image from its registry; gives the name that it has here. Whoever asked shows what went wrong. */
export async function pullByName(ref: string, { onTask, allowHosts = [] }: PullOptions = {}): Promise<string> {
  const task = newId()
  onTask?.(task)
  const { name } = await call(pullImage, { ref, task, ...(allowHosts.length > 0 && { allowHosts: [...allowHosts] }) })
  toast.success(i18next.t('images.pulled', { name }))
  return name
}

/** Makes an image without a registry; gives its name. Whoever asked shows what went wrong. */
export async function makeByRecipe(recipe: RecipeName, { onTask }: ImportOptions = {}): Promise<string> {
  const task = newId()
  onTask?.(task)
  const { name } = await call(makeImage, { recipe, task })
  toast.success(i18next.t('images.make.made', { name }))
  return name
}

export async function removeImageName(ref: string, name: string): Promise<void> {
  try {
    await call(removeImage, { ref })
    toast.success(i18next.t('images.removed', { name }))
  } catch (error) {
    toastError(i18next.t('images.removeFailed', { name }), error)
  }
}
