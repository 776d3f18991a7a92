import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import './sandbox-links.css'

/** More than a row has room for are counted. */
const shown = 3

/** The sandboxes that use something, each a way to its page. */
export function SandboxLinks({ users }: { readonly users: readonly Sandbox[] }): ReactNode {
  const { t } = useTranslation()
  if (users.length === 0) return <span className="usage-none">{t('common.usedByNothing')}</span>
  return (
    <span className="sandbox-links">
      {users.slice(0, shown).map(({ id, name }) => (
        <Link key={id} to={`/sandboxes/${id}`} className="tag tag-link">
          {name}
        </Link>
      ))}
      {users.length > shown && <span className="usage-none">+{users.length - shown}</span>}
    </span>
  )
}
