import { ChevronRight, HardDrive } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { crumbsOf } from '../../model/file-content.ts'

/** The way to a folder; each step opens it. */
export function Crumbs({
  path,
  onOpen,
}: {
  readonly path: string
  readonly onOpen: (path: string) => void
}): ReactNode {
  const { t } = useTranslation()
  return (
    <nav className="crumbs" aria-label={t('files.path')}>
      <Button kind="quiet" size="small" aria-label={t('files.root')} onClick={() => onOpen('/')}>
        <HardDrive aria-hidden="true" />
      </Button>
      {crumbsOf(path).map((crumb) => (
        <Fragment key={crumb.path}>
          <ChevronRight className="crumb-part" aria-hidden="true" />
          <Button
            kind="quiet"
            size="small"
            className="mono"
            {...(crumb.path === path ? { 'aria-current': 'location' as const } : {})}
            onClick={() => onOpen(crumb.path)}
          >
            <bdi>{crumb.name}</bdi>
          </Button>
        </Fragment>
      ))}
    </nav>
  )
}
