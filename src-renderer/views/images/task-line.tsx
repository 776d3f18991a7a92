import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { Task, Transfer } from '#contract/image'
import { cancelWork } from '../../actions/task-actions.ts'
import { IconButton } from '../../components/button.tsx'
import { Progress } from '../../components/progress.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import '../create/create.css'

/** Long work: what it is, where it is, and the way to stop it. */
export function TaskLine({ task }: { readonly task: Task }): ReactNode {
  const { t } = useTranslation()
  const { kind, subject, phase, progress, message, messageWording, transfer } = task
  const name = t(`tasks.kind.${kind}`, { subject })
  return (
    <div className="create-task">
      <div className="task-line">
        <span className="truncate">{name}</span>
        <span className="task-phase">{t(`tasks.phase.${phase}`)}</span>
        {!isTaskOver(task) && (
          <IconButton size="small" label={t('tasks.cancel', { task: name })} onClick={() => cancelWork(task.id)}>
            <X />
          </IconButton>
        )}
      </div>
      {message ? (
        <p className="field-problem">{wordedText(message, messageWording)}</p>
      ) : (
        <Progress label={name} value={progress} />
      )}
      {transfer && phase === 'fetching' && <TransferText transfer={transfer} />}
    </div>
  )
}

/** How much of an image's layers is here, how fast it comes and how long it will take. */
function TransferText({ transfer }: { readonly transfer: Transfer }): ReactNode {
  const { t } = useTranslation()
  const { bytes, totalBytes, bytesPerSecond, layers, hereLayers, totalLayers, resumed } = transfer
  const seconds = bytesPerSecond > 0 ? Math.ceil((totalBytes - bytes) / bytesPerSecond) : null
  const parts = [
    t('tasks.transfer.bytes', { done: formatBytes(bytes), total: formatBytes(totalBytes) }),
    t('tasks.transfer.layers', { done: hereLayers + layers, total: totalLayers }),
    ...(bytesPerSecond > 0 ? [t('tasks.transfer.rate', { rate: formatBytes(bytesPerSecond) })] : []),
    ...(seconds === null ? [] : [t('tasks.transfer.left', { seconds })]),
    ...(resumed === 0 ? [] : [t('tasks.transfer.resumed', { count: resumed })]),
  ]
  return <p className="task-transfer">{parts.join(' · ')}</p>
}
