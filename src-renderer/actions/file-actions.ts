import i18next from 'i18next'
import { toast } from 'sonner'
import type * as z from 'zod'
import { choosePaths } from '#contract/app'
import { AppError, type WireError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import { changeFiles, getFiles, putFiles, writeFile } from '#contract/files'
import { call } from '../call.ts'
import { wordedTexts } from '../copy/i18n.ts'
import { toBase64 } from '../model/file-content.ts'
import { newId } from '../model/new-id.ts'
import { ask } from '../store/ui-store.ts'
import { toastError } from './remedies.ts'

type Change = z.input<typeof changeFiles.request>['change']

/** Resolves to whether it was done; where not, that is said. */
export async function change(tree: string, wish: Change): Promise<boolean> {
  try {
    await call(changeFiles, { tree, change: wish })
    return true
  } catch (error) {
    toastError(i18next.t('files.changeFailed'), error)
    return false
  }
}

export async function chooseAndUpload(
  kind: 'files' | 'folders',
  place: { readonly tree: string; readonly target: string },
): Promise<void> {
  const { paths } = await call(choosePaths, { kind }).catch(() => ({ paths: [] }))
  if (paths.length > 0) await upload(paths, place)
}

interface UploadPlace {
  readonly tree: string
  readonly target: string
  /** The files are there. */
  readonly onDone?: () => void
}

/** Copies files of this machine into a folder. Where something of the name is there, the person is asked. */
export async function upload(sources: readonly string[], place: UploadPlace, replace = false): Promise<void> {
  const { tree, target, onDone } = place
  try {
    const { files, bytes, ...left } = await call(putFiles, {
      tree,
      sources: [...sources],
      target,
      replace,
      task: newId(),
    })
    toast.success(i18next.t('files.uploaded', { count: files, size: formatBytes(bytes) }), describeSkipped(left))
    onDone?.()
  } catch (error) {
    const { wire } = AppError.from(error)
    if (wire.code === 'cancelled') return
    if (!canReplace(wire) || replace) return toastError(i18next.t('files.uploadFailed'), error)
    ask({
      title: i18next.t('files.replaceTitle'),
      text: i18next.t('files.replaceText', { path: String(wire.params?.['path'] ?? '') }),
      confirm: i18next.t('files.replace'),
      danger: true,
      onConfirm: () => void upload(sources, place, true),
    })
  }
}

/** Asks for a folder of this machine and copies there. */
export async function download(tree: string, paths: readonly string[], into?: string): Promise<void> {
  const target = into ?? (await call(choosePaths, { kind: 'target-folder' }).catch(() => ({ paths: [] }))).paths[0]
  if (target === undefined) return
  try {
    const { files, ...left } = await call(getFiles, {
      tree,
      paths: [...paths],
      target,
      replace: into !== undefined,
      task: newId(),
    })
    toast.success(i18next.t('files.downloaded', { count: files, path: target }), describeSkipped(left))
  } catch (error) {
    const { wire } = AppError.from(error)
    if (wire.code === 'cancelled') return
    if (!canReplace(wire) || into !== undefined) return toastError(i18next.t('files.downloadFailed'), error)
    ask({
      title: i18next.t('files.replaceTitle'),
      text: i18next.t('files.replaceText', { path: String(wire.params?.['path'] ?? '') }),
      confirm: i18next.t('files.replace'),
      danger: true,
      onConfirm: () => void download(tree, paths, target),
    })
  }
}

/** Something of the name is there, of the kind that can make room for it. */
function canReplace({ reason, params }: WireError): boolean {
  return reason === 'file-exists' && ['replace', 'inFolder', 'taken'].includes(String(params?.['how']))
}

type Left = Pick<z.output<(typeof putFiles)['response']>, 'skipped' | 'skippedWordings'>

function describeSkipped({ skipped, skippedWordings }: Left): { description?: string } {
  if (skipped.length === 0) return {}
  const first = wordedTexts(skipped, skippedWordings).slice(0, 3).join('\n')
  return { description: `${i18next.t('files.skipped', { count: skipped.length })}\n${first}` }
}

/** Resolves to whether it was written. One that was changed meanwhile is not overwritten, and that is said. */
export async function saveText(
  tree: string,
  {
    path,
    name,
    text,
    version,
  }: { readonly path: string; readonly name: string; readonly text: string; readonly version: string },
): Promise<boolean> {
  try {
    await call(writeFile, { tree, path, base64: toBase64(new TextEncoder().encode(text)), version })
    toast.success(i18next.t('files.preview.saved', { name }))
    return true
  } catch (error) {
    toastError(i18next.t('files.preview.saveFailed', { name }), error)
    return false
  }
}
