import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding } from '#contract/agent'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { CopyableCommand } from '../../components/copy-button.tsx'
import { spokenFinding } from '../../copy/i18n.ts'
import { examine } from '../../store/host-store.ts'

/** One thing found on this machine, with what helps. */
export function FindingRow({ finding }: { readonly finding: Finding }): ReactNode {
  const { t } = useTranslation()
  const { level, title, detail, remedy } = spokenFinding(finding)
  return (
    <li className="finding" data-level={level}>
      {level === 'ok' && <CircleCheck aria-hidden="true" />}
      {level === 'warning' && <TriangleAlert aria-hidden="true" />}
      {level === 'problem' && <CircleX aria-hidden="true" />}
      <div className="finding-body">
        <span>
          <span className="visually-hidden">{t(`host.level.${level}`)}: </span>
          {title}
        </span>
        {detail && <span className="finding-detail">{detail}</span>}
        {remedy?.kind === 'runCommand' && (
          <>
            <span className="finding-detail">{remedy.why}</span>
            <span>
              <CopyableCommand command={remedy.command} thing={t('host.commandThing')} />
            </span>
          </>
        )}
      </div>
      {remedy && remedy.kind !== 'runCommand' && (
        <Button size="small" onClick={() => applyRemedy(remedy, () => void examine())}>
          {t(`common.remedy.${remedy.kind}`)}
        </Button>
      )}
    </li>
  )
}
