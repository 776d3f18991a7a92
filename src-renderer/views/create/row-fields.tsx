import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type EnvRow, newEnvRow, newPortRow, type PortRow } from './create-form.ts'
import { Cell, RowGroup } from './row-group.tsx'
import './create.css'

interface Props<Row> {
  readonly rows: readonly Row[]
  readonly problem: string | undefined
  readonly onRows: (rows: readonly Row[]) => void
  /** The focus has left all of the rows. */
  readonly onLeave?: () => void
}

/** Ports, each of this machine and of the sandbox. */
export function PortRows({ rows, problem, onRows, onLeave }: Props<PortRow>): ReactNode {
  const { t } = useTranslation()
  return (
    <RowGroup
      title={t('create.ports')}
      hint={t('create.portsHint')}
      problem={problem}
      rows={rows}
      add={t('create.addPort')}
      remove={t('create.removePort')}
      onRows={onRows}
      onLeave={onLeave}
      makeRow={newPortRow}
    >
      {(row, set) => (
        <>
          <Cell
            label={t('create.hostPort')}
            placeholder={t('create.anyPort')}
            value={row.hostPort}
            onChange={(hostPort) => set({ ...row, hostPort })}
          />
          <span className="row-arrow" aria-hidden="true">
            →
          </span>
          <Cell
            label={t('create.guestPort')}
            placeholder="80"
            value={row.guestPort}
            onChange={(guestPort) => set({ ...row, guestPort })}
          />
        </>
      )}
    </RowGroup>
  )
}

/** Variables with their values. */
export function VariableRows({ rows, problem, onRows, onLeave }: Props<EnvRow>): ReactNode {
  const { t } = useTranslation()
  return (
    <RowGroup
      title={t('create.env')}
      problem={problem}
      rows={rows}
      add={t('create.addEnv')}
      remove={t('create.removeEnv')}
      onRows={onRows}
      onLeave={onLeave}
      makeRow={newEnvRow}
    >
      {(row, set) => (
        <>
          <Cell
            label={t('create.envName')}
            placeholder="NAME"
            value={row.name}
            onChange={(name) => set({ ...row, name })}
          />
          <span className="row-arrow" aria-hidden="true">
            =
          </span>
          <Cell label={t('create.envValue')} value={row.value} onChange={(value) => set({ ...row, value })} />
        </>
      )}
    </RowGroup>
  )
}
