import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from '../../components/field.tsx'
import { Select } from '../../components/select.tsx'
import { newEnvRow } from '../create/create-form.ts'
import { LimitFields } from '../create/limit-fields.tsx'
import { PortRows, VariableRows } from '../create/row-fields.tsx'
import { Cell, RowGroup } from '../create/row-group.tsx'
import type { EditForm, EditProblems } from './edit-form.ts'

interface Props {
  readonly form: EditForm
  readonly problems: EditProblems
  readonly onChange: (changes: Partial<EditForm>) => void
}

/** The form. Values of variables may be secrets: they are folded until somebody asks for them. */
export function EditFields({ form, problems, onChange }: Props): ReactNode {
  const { t } = useTranslation()
  const problem = (name: keyof EditProblems): string | undefined => {
    const found = problems[name]
    if (found === undefined) return undefined
    return found === true ? t('edit.labelInvalid') : t(`create.problems.${found}`)
  }
  return (
    <>
      <LimitFields
        form={form}
        problemOf={(field) => (field in problems ? problem(field as keyof EditProblems) : undefined)}
        onChange={onChange}
      />
      <PolicyField value={form.policy} onChange={onChange} />
      <PortRows rows={form.ports} problem={problem('ports')} onRows={(ports) => onChange({ ports })} />
      <LabelRows form={form} problem={problem('labels')} onChange={onChange} />
      <details className="fold" open={problems.env !== undefined || undefined}>
        <summary>{t('edit.showEnv')}</summary>
        <div className="fold-body">
          <VariableRows rows={form.env} problem={problem('env')} onRows={(env) => onChange({ env })} />
        </div>
      </details>
    </>
  )
}

const policies = ['no', 'on-failure', 'unless-stopped', 'always'] as const

interface PolicyProps {
  readonly value: string
  readonly onChange: Props['onChange']
}

function PolicyField({ value, onChange }: PolicyProps): ReactNode {
  const { t } = useTranslation()
  // It may have a number, which is then offered too.
  const [now] = useState(value)
  const most = /^on-failure:(\d+)$/.exec(now)?.[1]
  const options = policies.map((policy): { value: string; label: string } => ({
    value: policy,
    label: t(`edit.policy.${policy}`),
  }))
  const all =
    most === undefined ? options : [...options, { value: now, label: t('edit.policyMost', { count: Number(most) }) }]
  return (
    <Field label={t('edit.startedAgain')}>
      {({ id }) => (
        <Select
          id={id}
          label={t('edit.startedAgain')}
          value={value}
          options={all}
          onChange={(policy) => onChange({ policy })}
        />
      )}
    </Field>
  )
}

function LabelRows({
  form,
  problem,
  onChange,
}: Pick<Props, 'form' | 'onChange'> & { readonly problem: string | undefined }): ReactNode {
  const { t } = useTranslation()
  return (
    <RowGroup
      title={t('edit.labels')}
      problem={problem}
      rows={form.labels}
      add={t('edit.addLabel')}
      remove={t('edit.removeLabel')}
      onRows={(labels) => onChange({ labels })}
      makeRow={newEnvRow}
    >
      {(row, set) => (
        <>
          <Cell label={t('edit.labelName')} value={row.name} onChange={(name) => set({ ...row, name })} />
          <span className="row-arrow" aria-hidden="true">
            =
          </span>
          <Cell label={t('create.envValue')} value={row.value} onChange={(value) => set({ ...row, value })} />
        </>
      )}
    </RowGroup>
  )
}
