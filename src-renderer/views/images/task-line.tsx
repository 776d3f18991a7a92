import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Task } from '#contract/image'
import { cancelWork } from '../../actions/task-actions.ts'
import { IconButton } from '../../components/button.tsx'
import { Progress } from '../../components/progress.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import '../create/create.css'

/** Long work: what it is, where it is, and the way to stop it. */
export function TaskLine({ task }: { readonly task: Task }): ReactNode {
  const { t } = useTranslation()
  const { kind, subject, phase, progress, message, messageWording } = task
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
    </div>
  )
}
