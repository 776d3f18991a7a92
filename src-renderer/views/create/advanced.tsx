import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import { Checkbox } from '../../components/toggles.tsx'
import { type CreateForm, newMountRow, type Problems, type RowField } from './create-form.ts'
import { GrantsEditor } from './grants-editor.tsx'
import { PortRows, VariableRows } from './row-fields.tsx'
import { Cell, RowGroup } from './row-group.tsx'
import './create.css'

interface Props {
  readonly form: CreateForm
  readonly problems: Problems
  readonly onChange: (changes: Partial<CreateForm>) => void
  /** The person has left these rows. */
  readonly onLeave: (field: RowField) => void
}

export function Advanced({ form, problems, onChange, onLeave }: Props): ReactNode {
  const { t } = useTranslation()
  const wrong = problems.ports ?? problems.mounts ?? problems.env ?? problems.grants ?? problems.dropCapabilities
  // What a mistake has opened stays open once that is mended, since opening it is a toggle too.
  const [open, setOpen] = useState(false)
  return (
    <details
      className="fold"
      open={open || wrong !== undefined}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t('create.advanced')}</summary>
      <div className="fold-body">
        <PortRows
          rows={form.ports}
          problem={problems.ports && t(`create.problems.${problems.ports}`)}
          onRows={(ports) => onChange({ ports })}
          onLeave={() => onLeave('ports')}
        />
        <Mounts form={form} problems={problems} onChange={onChange} onLeave={onLeave} />
        <VariableRows
          rows={form.env}
          problem={problems.env && t(`create.problems.${problems.env}`)}
          onRows={(env) => onChange({ env })}
          onLeave={() => onLeave('env')}
        />
        <GrantsEditor
          rows={form.grants}
          problem={problems.grants && t(`create.problems.${problems.grants}`)}
          onRows={(grants) => onChange({ grants })}
          onLeave={() => onLeave('grants')}
        />
        <TextField
          label={t('create.dropCapabilities')}
          hint={t('create.dropCapabilitiesHint')}
          placeholder={t('create.dropCapabilitiesPlaceholder')}
          value={form.dropCapabilities}
          problem={problems.dropCapabilities && t(`create.problems.${problems.dropCapabilities}`)}
          onChange={(dropCapabilities) => onChange({ dropCapabilities })}
        />
      </div>
    </details>
  )
}

function Mounts({ form, problems, onChange, onLeave }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <RowGroup
      title={t('create.mounts')}
      hint={t('create.mountsHint')}
      problem={problems.mounts && t(`create.problems.${problems.mounts}`)}
      rows={form.mounts}
      add={t('create.addMount')}
      remove={t('create.removeMount')}
      onRows={(mounts) => onChange({ mounts })}
      onLeave={() => onLeave('mounts')}
      makeRow={newMountRow}
    >
      {(row, set) => (
        <>
          <Cell
            label={t('create.source')}
            placeholder="/home/me/project"
            value={row.source}
            onChange={(source) => set({ ...row, source })}
          />
          <span className="row-arrow" aria-hidden="true">
            →
          </span>
          <Cell
            label={t('create.target')}
            placeholder="/work"
            value={row.target}
            onChange={(target) => set({ ...row, target })}
          />
          <Checkbox
            showLabel
            label={t('create.readOnly')}
            checked={row.readOnly}
            onChange={(readOnly) => set({ ...row, readOnly })}
          />
        </>
      )}
    </RowGroup>
  )
}
