import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type FormKey, formKeys } from '#contract/read-fields'
import type { Sandbox } from '#contract/sandbox'
import { sandboxFields } from '#contract/sandbox-fields'
import { Combobox, type ComboboxOption } from '../../components/combobox.tsx'
import { useAgent } from '../../store/agent-store.ts'
import type { CreateForm, Field } from './create-form.ts'

interface Props {
  readonly form: CreateForm
  readonly problemOf: (field: Field) => string | undefined
  readonly onChange: (changes: Partial<CreateForm>) => void
}

/** A control for each field that the table of fields gives one. */
export function FieldControls({ form, problemOf, onChange }: Props): ReactNode {
  const shown = formKeys.filter((key) => form.network !== 'none' || !sandboxFields[key].form.needsNetwork)
  return shown.map((key) => (
    <SuggestedField
      key={key}
      of={key}
      value={form[key]}
      problem={problemOf(key)}
      onChange={(value) => onChange({ [key]: value })}
    />
  ))
}

interface FieldProps {
  readonly of: FormKey
  readonly value: string
  readonly problem: string | undefined
  readonly onChange: (value: string) => void
}

/** What other sandboxes have is suggested, anything else makes a new one. */
function SuggestedField({ of, value, problem, onChange }: FieldProps): ReactNode {
  const { t } = useTranslation()
  const sandboxes = useAgent((state) => state.sandboxes)
  const options = [...countValues(sandboxes.values(), of)].map(
    ([name, count]): ComboboxOption => ({ value: name, note: t(`create.${of}Note`, { count }) }),
  )
  return (
    <Combobox
      label={t(`create.${of}`)}
      listLabel={t(`create.${of}List`)}
      placeholder={t(`create.${of}Placeholder`)}
      nothing={t(`create.${of}New`)}
      hint={t(`create.${of}Hint`)}
      value={value}
      options={options}
      problem={problem}
      onChange={onChange}
    />
  )
}

/** How many have each value, by value. */
export function countValues(sandboxes: Iterable<Pick<Sandbox, 'spec'>>, of: FormKey): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { spec } of sandboxes) {
    const value = spec[of]
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return new Map([...counts].sort(([a], [b]) => a.localeCompare(b)))
}
