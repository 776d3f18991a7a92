import { RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { IconButton } from '../../components/button.tsx'
import { Select } from '../../components/select.tsx'
import { useAgent } from '../../store/agent-store.ts'
import { snapshotsOf } from '../../store/snapshot-slice.ts'

interface Props {
  readonly sandbox: Sandbox
  /** A tree, or empty for the image. */
  readonly value: string
  readonly onChange: (tree: string) => void
  readonly onRefresh: () => void
}

/** What the files of a folder are compared with: the image, or a snapshot. */
export function AgainstChoice({ sandbox, value, onChange, onRefresh }: Props): ReactNode {
  const { t } = useTranslation()
  const snapshots = useAgent((state) => state.snapshots)
  return (
    <span className="files-against">
      <Select
        label={t('files.against')}
        value={value}
        onChange={onChange}
        options={[
          { value: '', label: `${t('files.against')}: ${t('files.againstImage')}` },
          ...snapshotsOf(snapshots, sandbox.id).map(({ id, name }) => ({
            value: `snapshot:${id}`,
            label: `${t('files.against')}: ${name}`,
          })),
        ]}
      />
      <IconButton label={t('files.refresh')} onClick={onRefresh}>
        <RefreshCw />
      </IconButton>
    </span>
  )
}
