import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Switch } from '../../components/toggles.tsx'
import { joinPath } from '../../model/file-content.ts'
import { sizesStore } from '../../store/files-store.ts'

interface Props {
  readonly tree: string
  readonly path: string
  readonly onOpen: (path: string) => void
}

/** What eats the disk, by folder. */
export function SizesPanel({ tree, path, onOpen }: Props): ReactNode {
  const { t } = useTranslation()
  const [own, setOwn] = useState(false)
  const answer = sizesStore.useAnswer()
  useEffect(() => void sizesStore.load({ tree, path, own }), [tree, path, own])
  const again = (): void => void sizesStore.load({ tree, path, own })
  return (
    <div className="files-sizes">
      <Switch label={t('files.sizes.own')} checked={own} onChange={setOwn} />
      {answer.kind === 'loading' && <Skeleton label={t('files.sizes.loading')} rows={6} rowHeight={22} />}
      {answer.kind === 'error' && (
        <ErrorNotice
          title={t('files.sizes.error')}
          error={answer.error}
          onRemedy={(remedy) => applyRemedy(remedy, again)}
        />
      )}
      {answer.kind === 'ready' && (
        <>
          <p className="files-foot">
            {t('files.sizes.total', { count: answer.value.files, size: formatBytes(answer.value.bytes) })}
          </p>
          <ul className="size-list" aria-label={t('files.sizes.label', { path })}>
            {answer.value.entries.slice(0, 500).map(({ name, kind, bytes, files }) => (
              <li key={name} className="size-row">
                {kind === 'folder' ? (
                  <Button kind="quiet" size="small" className="mono" onClick={() => onOpen(joinPath(path, name))}>
                    <bdi>{name}/</bdi>
                  </Button>
                ) : (
                  <span className="mono size-name">
                    <bdi>{name}</bdi>
                  </span>
                )}
                <span className="size-bar" aria-hidden="true">
                  <span style={{ width: `${share(bytes, answer.value.bytes)}%` }} />
                </span>
                <span className="file-size">{formatBytes(bytes)}</span>
                <span className="file-dim">{t('files.sizes.files', { count: files })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10
}
