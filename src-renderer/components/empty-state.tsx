import type { ReactNode } from 'react'
import './notice.css'

interface Props {
  readonly title: string
  readonly text?: string
  readonly picture?: ReactNode
  readonly children?: ReactNode
}

/** Nothing to show, and what to do about it. */
export function EmptyState({ title, text, picture, children }: Props): ReactNode {
  return (
    <section className="empty">
      {picture && (
        <div className="empty-picture" aria-hidden="true">
          {picture}
        </div>
      )}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </section>
  )
}
