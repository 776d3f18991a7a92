import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { capabilityNames } from '#contract/grant-text'
import type { Grant } from '#contract/sandbox'
import { Select } from '../../components/select.tsx'
import { type GrantRow, grantKinds, newGrantRow, warningOf } from './grant-rows.ts'
import { Cell, RowGroup } from './row-group.tsx'

interface Props {
  readonly rows: readonly GrantRow[]
  readonly problem: string | undefined
  readonly onRows: (rows: readonly GrantRow[]) => void
  readonly onLeave: () => void
}

/** What is refused by default, given by name; each kind says in plain words what it opens. */
export function GrantsEditor({ rows, problem, onRows, onLeave }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <>
      <RowGroup
        title={t('grants.title')}
        hint={t('grants.hint')}
        problem={problem}
        rows={rows}
        add={t('grants.add')}
        remove={t('grants.remove')}
        onRows={onRows}
        onLeave={onLeave}
        makeRow={newGrantRow}
        below={(row) => (
          <p className="grant-warning">
            <TriangleAlert aria-hidden="true" />
            {t(`grants.warning.${warningOf(row)}`)}
          </p>
        )}
      >
        {(row, set) => (
          <>
            <Select
              label={t('grants.kindLabel')}
              value={row.kind}
              options={grantKinds.map((kind) => ({ value: kind, label: t(`grants.kind.${kind}`) }))}
              onChange={(kind: Grant['kind']) => set({ ...row, kind, value: '' })}
            />
            <GrantValue row={row} set={set} />
          </>
        )}
      </RowGroup>
      <datalist id="capability-names">
        {capabilityNames.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}

function GrantValue({ row, set }: { readonly row: GrantRow; readonly set: (row: GrantRow) => void }): ReactNode {
  const { t } = useTranslation()
  const change = (value: string): void => set({ ...row, value })
  switch (row.kind) {
    case 'host-path':
      return (
        <>
          <Cell label={t('grants.path')} placeholder="/etc" value={row.value} onChange={change} />
          <Select
            label={t('grants.access')}
            value={row.access}
            options={(['ro', 'rw'] as const).map((access) => ({
              value: access,
              label: t(`grants.accessWord.${access}`),
            }))}
            onChange={(access: 'ro' | 'rw') => set({ ...row, access })}
          />
        </>
      )
    case 'cap':
      return (
        <Cell
          label={t('grants.cap')}
          placeholder="NET_ADMIN"
          list="capability-names"
          value={row.value}
          onChange={change}
        />
      )
    case 'device':
      return <Cell label={t('grants.device')} placeholder="/dev/fuse" value={row.value} onChange={change} />
    case 'host-network':
    case 'no-seccomp':
    case 'new-privileges':
      return <span className="row-fill" />
  }
}
