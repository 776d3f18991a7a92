import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { IsolationClass } from '#contract/sandbox'
import './badges.css'

/**
 * The isolation around the guest as a ring: a container has one with gaps (the kernel is shared), gVisor a
 * second one inside it, a micro-VM one closed and thick. So the class is seen by shape, not by colour alone.
 */
export function ClassIcon({ value }: { readonly value: IsolationClass }): ReactNode {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={1.5} aria-hidden="true">
      {value === 'container' && <rect x="2" y="2" width="12" height="12" rx="3" strokeDasharray="6.2 3.2" />}
      {value === 'gvisor' && (
        <>
          <rect x="1.5" y="1.5" width="13" height="13" rx="3.5" strokeDasharray="6.8 3.4" />
          <rect x="4.5" y="4.5" width="7" height="7" rx="2" />
        </>
      )}
      {value === 'microvm' && <rect x="2.2" y="2.2" width="11.6" height="11.6" rx="3" strokeWidth={2.8} />}
      <circle cx="8" cy="8" r={value === 'gvisor' ? 1.2 : 1.9} fill="currentColor" stroke="none" />
    </svg>
  )
}

export function ClassBadge({ value }: { readonly value: IsolationClass }): ReactNode {
  const { t } = useTranslation()
  const name = t(`sandboxes.class.${value}.name`)
  return (
    <span className="class-badge" data-class={value} title={t('sandboxes.classLabel', { class: name })}>
      <ClassIcon value={value} />
      <span className="class-badge-words">{name}</span>
    </span>
  )
}
