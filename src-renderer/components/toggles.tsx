import { Check, Minus } from 'lucide-react'
import { Checkbox as CheckPrimitive, Switch as SwitchPrimitive, ToggleGroup } from 'radix-ui'
import { type ReactNode, useId } from 'react'
import './field.css'

interface CheckboxProps {
  /** Its accessible name. */
  readonly label: string
  readonly checked: boolean | 'indeterminate'
  readonly onChange: (checked: boolean) => void
  readonly showLabel?: boolean
  readonly disabled?: boolean
}

export function Checkbox({ label, checked, onChange, showLabel = false, disabled = false }: CheckboxProps): ReactNode {
  const id = useId()
  const box = (
    <CheckPrimitive.Root
      id={id}
      className="check"
      checked={checked}
      disabled={disabled}
      onCheckedChange={(next) => onChange(next === true)}
      {...(showLabel ? {} : { 'aria-label': label })}
    >
      <CheckPrimitive.Indicator>{checked === 'indeterminate' ? <Minus /> : <Check />}</CheckPrimitive.Indicator>
    </CheckPrimitive.Root>
  )
  if (!showLabel) return box
  return (
    <span className="choice-line">
      {box}
      <label htmlFor={id}>{label}</label>
    </span>
  )
}

interface SwitchProps {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

export function Switch({ label, checked, onChange }: SwitchProps): ReactNode {
  const id = useId()
  return (
    <span className="choice-line">
      <SwitchPrimitive.Root id={id} className="switch" checked={checked} onCheckedChange={onChange}>
        <SwitchPrimitive.Thumb className="switch-thumb" />
      </SwitchPrimitive.Root>
      <label htmlFor={id}>{label}</label>
    </span>
  )
}

interface SegmentsProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly options: readonly {
    readonly value: Value
    readonly label: string
    readonly icon?: ReactNode
    readonly count?: number
  }[]
}

/** One of a few, all visible. With an icon the word becomes its accessible name. */
export function Segments<Value extends string>({ label, value, onChange, options }: SegmentsProps<Value>): ReactNode {
  return (
    <ToggleGroup.Root
      type="single"
      className="segments"
      aria-label={label}
      value={value}
      onValueChange={(next) => next !== '' && onChange(next as Value)}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="segment"
          {...(option.icon ? { 'aria-label': option.label, title: option.label } : {})}
        >
          {option.icon ?? option.label}
          {option.count !== undefined && <span className="segment-count">{option.count}</span>}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
