import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import type { Field } from './create-form.ts'
import './create.css'

type Limits = { readonly memory: string; readonly cpus: string; readonly pids: string; readonly disk: string }

interface Props {
  readonly form: Limits
  readonly problemOf: (field: Field) => string | undefined
  readonly onChange: (changes: Partial<Limits>) => void
}

const memoryPresets = ['128 MiB', '512 MiB', '2 GiB', '8 GiB']
const diskPresets = ['1 GiB', '5 GiB', '10 GiB', '50 GiB']

/** Memory, processors, processes and disk; an empty field is no limit, of memory and disk that of the settings. */
export function LimitFields({ form, problemOf, onChange }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="create-four">
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
      <TextField
        label={t('create.disk')}
        placeholder={t('create.memoryDefault')}
        list="disk-presets"
        value={form.disk}
        problem={problemOf('disk')}
        onChange={(disk) => onChange({ disk })}
      />
      <datalist id="disk-presets">
        {diskPresets.map((preset) => (
          <option key={preset} value={preset} />
        ))}
      </datalist>
      <datalist id="memory-presets">
        {memoryPresets.map((preset) => (
          <option key={preset} value={preset} />
        ))}
      </datalist>
    </div>
  )
}
