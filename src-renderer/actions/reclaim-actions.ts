import i18next from 'i18next'
import { toast } from 'sonner'
import { formatBytes } from '#contract/byte-size'
import { pruneImages } from '#contract/image-upkeep'
import { pruneVolumes } from '#contract/volume'
import { call } from '../call.ts'
import { diskStore } from '../store/resources-stores.ts'
import { ask } from '../store/ui-store.ts'
import { toastError } from './remedies.ts'

/** What a button gives back. */
export type Reclaimable = 'images' | 'volumes'

interface Freed {
  readonly names: readonly string[]
  readonly freedBytes: number
}

const prune: Readonly<Record<Reclaimable, (dryRun: boolean) => Promise<Freed>>> = {
  async images(dryRun) {
    const { removed, freedBytes } = await call(pruneImages, { all: true, dryRun })
    return { names: removed.map(({ names, digest }) => names.join(', ') || digest.slice(7, 19)), freedBytes }
  },
  async volumes(dryRun) {
    const { removed, freedBytes } = await call(pruneVolumes, { all: true, dryRun })
    return { names: removed.map(({ name, sizeBytes }) => `${name} (${formatBytes(sizeBytes)})`), freedBytes }
  },
}

/** Shows what would go, and lets it go once that was agreed to. */
export async function proposeReclaim(kind: Reclaimable): Promise<void> {
  try {
    const { names, freedBytes } = await prune[kind](true)
    if (names.length === 0) {
      toast.info(i18next.t('resources.nothingToFree'))
      return
    }
    ask({
      title: i18next.t(`resources.freeTitle.${kind}`, { count: names.length }),
      text: i18next.t(`resources.freeText.${kind}`, { size: formatBytes(freedBytes) }),
      list: names,
      confirm: i18next.t('resources.freeConfirm', { size: formatBytes(freedBytes) }),
      danger: true,
      onConfirm: () => void reclaim(kind),
    })
  } catch (error) {
    toastError(i18next.t('resources.freeFailed'), error)
  }
}

async function reclaim(kind: Reclaimable): Promise<void> {
  try {
    const { freedBytes } = await prune[kind](false)
    toast.success(i18next.t('resources.freed', { size: formatBytes(freedBytes) }))
    await diskStore.load(null, { keep: true })
  } catch (error) {
    toastError(i18next.t('resources.freeFailed'), error)
  }
}
