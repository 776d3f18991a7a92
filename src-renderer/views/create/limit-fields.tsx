import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import type { Field } from './create-form.ts'
import './create.css'

type Limits = { readonly memory: string; readonly cpus: string; readonly pids: string }

interface Props {
  readonly form: Limits
  readonly problemOf: (field: Field) => string | undefined
  readonly onChange: (changes: Partial<Limits>) => void
}

const memoryPresets = ['128 MiB', '512 MiB', '2 GiB', '8 GiB']

/** Memory, processors and processes; an empty field is no limit, of memory that of the settings. */
export function LimitFields({ form, problemOf, onChange }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="create-three">
      <TextField
        label={t('create.memory')}
        placeholder={t('create.memoryDefault')}
        list="memory-presets"
        value={form.memory}
        problem={problemOf('memory')}
        onChange={(memory) => onChange({ memory })}
      />
      <TextField
        label={t('create.cpus')}
        placeholder={t('create.memoryPlaceholder')}
        inputMode="decimal"
        value={form.cpus}
        problem={problemOf('cpus')}
        onChange={(cpus) => onChange({ cpus })}
      />
      <TextField
        label={t('create.pids')}
        placeholder={t('create.memoryPlaceholder')}
        inputMode="numeric"
        value={form.pids}
        problem={problemOf('pids')}
        onChange={(pids) => onChange({ pids })}
      />
      <datalist id="memory-presets">
        {memoryPresets.map((preset) => (
          <option key={preset} value={preset} />
        ))}
      </datalist>
    </div>
  )
}
