import type { ReactNode } from 'react'
import './field.css'

interface Props<Value extends string> {
  /** Its accessible name. */
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onChange: (value: Value) => void
  readonly disabled?: boolean
  readonly id?: string
}

/** The system's own list: it knows the keyboard and the screen reader better than one of ours would. */
export function Select<Value extends string>(props: Props<Value>): ReactNode {
  const { label, value, options, onChange, disabled = false, id } = props
  return (
    <select
      id={id}
      className="input select"
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
