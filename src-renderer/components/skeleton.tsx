import type { ReactNode } from 'react'
import './notice.css'

interface Props {
  /** Said to screen readers in place of the grey bars. */
  readonly label: string
  readonly rows: number
  readonly rowHeight: number
}

export function Skeleton({ label, rows, rowHeight }: Props): ReactNode {
  return (
    <div role="status" style={{ display: 'grid', gap: 10, padding: 16 }}>
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={`row-${row + 1}`} className="skeleton" style={{ height: rowHeight, opacity: 1 - row / (rows + 1) }} />
      ))}
    </div>
  )
}
