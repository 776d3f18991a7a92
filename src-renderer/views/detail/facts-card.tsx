import type { ReactNode } from 'react'
import { CopyButton } from '../../components/copy-button.tsx'

interface CardProps {
  readonly title: string
  readonly tools?: ReactNode
  readonly children: ReactNode
}

export function FactsCard(props: CardProps): ReactNode {
  return (
    <section className="facts-card" aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        {props.tools}
      </header>
      {props.children}
    </section>
  )
}

interface FactProps {
  readonly name: string
  readonly children: ReactNode
  /** Offers to copy this text. */
  readonly copy?: string | null
}

export function Fact({ name, children, copy }: FactProps): ReactNode {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>
        <span>{children}</span>
        {copy && <CopyButton text={copy} thing={name} />}
      </dd>
    </div>
  )
}
