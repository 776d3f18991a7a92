import { Plus, X } from 'lucide-react'
import type { FocusEvent, ReactNode } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import './create.css'

interface CellProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  /** The id of a datalist. */
  readonly list?: string
}

export function Cell({ label, value, onChange, placeholder, list }: CellProps): ReactNode {
  return (
    <input
      className="input mono"
      aria-label={label}
      placeholder={placeholder}
      list={list}
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

interface RowGroupProps<Row extends { readonly key: string }> {
  readonly title: string
  readonly hint?: string
  readonly problem?: string | undefined
  readonly rows: readonly Row[]
  readonly add: string
  readonly remove: string
  readonly makeRow: () => Row
  readonly onRows: (rows: readonly Row[]) => void
  /** The focus has left all of the rows. */
  readonly onLeave?: (() => void) | undefined
  readonly children: (row: Row, set: (row: Row) => void) => ReactNode
  /** Below the row's line. */
  readonly below?: (row: Row) => ReactNode
}

/** Rows that can be added and taken out, with what is wrong with them below. */
export function RowGroup<Row extends { readonly key: string }>(props: RowGroupProps<Row>): ReactNode {
  const { title, hint, problem, rows, add, remove, makeRow, onRows, onLeave, children, below } = props
  const onBlur = (event: FocusEvent): void => {
    if (!event.currentTarget.contains(event.relatedTarget)) onLeave?.()
  }
  return (
    <fieldset className="rows" data-invalid={problem !== undefined} onBlur={onBlur}>
      <legend className="group-title">{title}</legend>
      {hint && <span className="field-hint">{hint}</span>}
      {rows.map((row) => (
        <div key={row.key} className="row-block">
          <div className="row">
            {children(row, (next) => onRows(rows.map((each) => (each.key === row.key ? next : each))))}
            <IconButton size="small" label={remove} onClick={() => onRows(rows.filter(({ key }) => key !== row.key))}>
              <X />
            </IconButton>
          </div>
          {below?.(row)}
        </div>
      ))}
      {problem && (
        <span className="field-problem" role="alert">
          {problem}
        </span>
      )}
      <Button size="small" onClick={() => onRows([...rows, makeRow()])}>
        <Plus aria-hidden="true" />
        {add}
      </Button>
    </fieldset>
  )
}
