import type { ReactNode } from 'react'
import './notice.css'

interface Props {
  readonly label: string
  /** 0 to 1; null where it cannot be known. */
  readonly value: number | null
}

export function Progress({ label, value }: Props): ReactNode {
  const percent = value === null ? null : Math.round(value * 100)
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
    >
      <div
        className="progress-bar"
        data-unknown={percent === null}
        style={percent === null ? {} : { width: `${percent}%` }}
      />
    </div>
  )
}
