import { Hammer } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { RecipeName } from '#contract/recipe'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { TaskLine } from './task-line.tsx'
import { useMake } from './use-make.ts'

interface Props {
  /** Only these. */
  readonly only?: readonly RecipeName[]
  /** How far it is is shown here, and not somewhere else. */
  readonly withTask?: boolean
  readonly onMade?: (name: string) => void
}

/** Images that can be made here without a registry, one button each; nothing where all of them are here. */
export function MakeOffers({ only, withTask = false, onMade }: Props): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const { missing, busy, error, task, make } = useMake()
  const offered = missing.filter((recipe) => only?.includes(recipe) ?? true)
  const start = async (recipe: RecipeName): Promise<void> => {
    const name = await make(recipe)
    if (name !== null) onMade?.(name)
  }
  if (offered.length === 0 && error === null) return null
  return (
    <section className="make-offers" aria-label={t('images.make.title')}>
      {offered.length > 0 && (
        <div className="make-buttons">
          <span>{t('images.make.title')}</span>
          {offered.map((recipe) => (
            <Button key={recipe} disabled={!live || busy} onClick={() => void start(recipe)}>
              <Hammer aria-hidden="true" />
              {t(`images.make.${recipe}`)}
            </Button>
          ))}
        </div>
      )}
      {withTask && task && <TaskLine task={task} />}
      {error && <ErrorNotice title={t('images.make.failed')} error={error} onRemedy={applyRemedy} />}
    </section>
  )
}
