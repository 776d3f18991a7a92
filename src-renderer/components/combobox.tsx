import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { Field } from './field.tsx'
import './combobox.css'

export interface ComboboxOption {
  readonly value: string
  readonly note: string
}

interface Props {
  readonly label: string
  readonly listLabel: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly options: readonly ComboboxOption[]
  readonly nothing: string
  readonly placeholder: string
  readonly hint?: string | undefined
  readonly problem?: string | undefined
  readonly beside?: ReactNode
}

/** A text field with suggestions (the ARIA pattern of an editable combobox); any text may be typed. */
export function Combobox(props: Props): ReactNode {
  const { label, value, placeholder, hint, problem, beside } = props
  const listId = useId()
  const { open, setOpen, active, shown, type, onKeyDown, ...choices } = useSuggestions(props)
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ id, describedBy, invalid }) => (
        <div className="input-row">
          <div className="combobox" style={{ flex: 1 }}>
            <input
              id={id}
              className="input mono"
              role="combobox"
              aria-expanded={open}
              aria-controls={listId}
              aria-autocomplete="list"
              aria-describedby={describedBy}
              aria-invalid={invalid}
              {...(open && shown[active] ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
              autoComplete="off"
              spellCheck={false}
              placeholder={placeholder}
              value={value}
              onChange={(event) => type(event.target.value)}
              onClick={() => setOpen(true)}
              onBlur={() => setOpen(false)}
              onKeyDown={onKeyDown}
            />
            <Suggestions {...props} {...choices} {...{ listId, open, active, shown }} />
          </div>
          {beside}
        </div>
      )}
    </Field>
  )
}

interface SuggestionState {
  readonly open: boolean
  readonly setOpen: (open: boolean) => void
  readonly active: number
  readonly setActive: (index: number) => void
  readonly shown: readonly ComboboxOption[]
  readonly choose: (option: ComboboxOption | undefined) => void
  readonly type: (text: string) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function useSuggestions({ value, onChange, options }: Props): SuggestionState {
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState(false)
  const [active, setActive] = useState(0)
  const shown = typed ? options.filter((option) => option.value.includes(value.trim().toLowerCase())) : options
  const choose = (option: ComboboxOption | undefined): void => {
    if (option) onChange(option.value)
    setOpen(false)
    setTyped(false)
  }
  const type = (text: string): void => {
    onChange(text)
    setTyped(true)
    setActive(0)
    setOpen(true)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (move !== undefined) {
      setOpen(true)
      if (open) setActive((active + move + shown.length) % Math.max(1, shown.length))
    } else if (event.key === 'Enter' && open) choose(shown[active])
    else if (event.key === 'Escape' && open) setOpen(false)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return { open, setOpen, active, setActive, shown, choose, type, onKeyDown }
}

interface SuggestionsProps
  extends Pick<Props, 'listLabel' | 'nothing'>,
    Pick<SuggestionState, 'open' | 'active' | 'setActive' | 'shown' | 'choose'> {
  readonly listId: string
}

function Suggestions(props: SuggestionsProps): ReactNode {
  const { listId, listLabel, nothing, open, active, setActive, shown, choose } = props
  return (
    <div id={listId} className="combobox-list" role="listbox" aria-label={listLabel} hidden={!open}>
      {open &&
        shown.map((option, index) => (
          // The input keeps the focus; a press on an option must not take it.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={option.value}
            id={`${listId}-${index}`}
            className="combobox-option"
            role="option"
            aria-selected={index === active}
            onMouseEnter={() => setActive(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(option)}
          >
            <span className="mono truncate">{option.value}</span>
            <span className="combobox-note">{option.note}</span>
          </div>
        ))}
      {open && shown.length === 0 && <div className="combobox-nothing">{nothing}</div>}
    </div>
  )
}
