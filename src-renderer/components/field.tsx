import { type ComponentProps, type ReactNode, useId } from 'react'
import './field.css'

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly problem?: string | undefined
  /** Gets the ids that tie the control to its label and words. */
  readonly children: (ids: {
    readonly id: string
    readonly describedBy: string
    readonly invalid: boolean
  }) => ReactNode
}

/** A label, one control, and below it what is wrong or else a hint. */
export function Field({ label, hint, problem, children }: FieldProps): ReactNode {
  const id = useId()
  const describedBy = `${id}-words`
  const words = problem ?? hint
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {children({ id, describedBy, invalid: problem !== undefined })}
      <span id={describedBy} className={problem ? 'field-problem' : 'field-hint'} hidden={words === undefined}>
        {words}
      </span>
    </div>
  )
}

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string | undefined
  readonly problem?: string | undefined
  /** Beside the input, on its line. */
  readonly beside?: ReactNode
}

export function TextField({ label, hint, problem, beside, value, onChange, ...rest }: TextFieldProps): ReactNode {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ id, describedBy, invalid }) => (
        <div className="input-row">
          <input
            id={id}
            className="input"
            aria-describedby={describedBy}
            aria-invalid={invalid}
            autoComplete="off"
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            {...rest}
          />
          {beside}
        </div>
      )}
    </Field>
  )
}
