import { type MouseEvent, memo, type ReactNode, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import type { Sandbox, SandboxId } from '#contract/sandbox'
import { ClassBadge } from '../../components/class-badge.tsx'
import { useRovingRows } from '../../components/roving-rows.ts'
import { StateLabel } from '../../components/state-label.tsx'
import { Checkbox } from '../../components/toggles.tsx'
import { shortImageName } from '../../model/image-name.ts'
import { RowActions } from './row-actions.tsx'
import { PortList, Uptime, UsageCell } from './sandbox-cells.tsx'
import './sandboxes.css'

interface Props {
  readonly sandboxes: readonly Sandbox[]
  readonly stale: boolean
  readonly selected: ReadonlySet<SandboxId>
  readonly onSelect: (change: (selected: ReadonlySet<SandboxId>) => ReadonlySet<SandboxId>) => void
}

export function SandboxTable({ sandboxes, stale, selected, onSelect }: Props): ReactNode {
  const { t } = useTranslation()
  const rows = useRovingRows()
  const count = sandboxes.filter(({ id }) => selected.has(id)).length
  const toggle = useCallback(
    (id: SandboxId, on: boolean) => onSelect((before) => new Set([...before, id].filter((each) => on || each !== id))),
    [onSelect],
  )
  return (
    <table className="table sandbox-table" aria-label={t('sandboxes.title')} aria-busy={stale}>
      <thead>
        <tr>
          <th scope="col" className="cell-check">
            <Checkbox
              label={t('sandboxes.selectAll')}
              checked={count === 0 ? false : count === sandboxes.length ? true : 'indeterminate'}
              onChange={(on) => onSelect(() => new Set(on ? sandboxes.map(({ id }) => id) : []))}
            />
          </th>
          <th scope="col" className="cell-name">
            {t('sandboxes.columns.name')}
          </th>
          <th scope="col" className="cell-state">
            {t('sandboxes.columns.state')}
          </th>
          <th scope="col" className="cell-usage">
            {t('sandboxes.columns.cpu')}
          </th>
          <th scope="col" className="cell-usage">
            {t('sandboxes.columns.memory')}
          </th>
          <th scope="col" className="cell-ports">
            {t('sandboxes.columns.ports')}
          </th>
          <th scope="col" className="cell-uptime">
            {t('sandboxes.columns.uptime')}
          </th>
          <th scope="col" className="cell-actions">
            <span className="visually-hidden">{t('sandboxes.columns.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={rows}>
        {sandboxes.map((sandbox) => (
          <SandboxRow key={sandbox.id} sandbox={sandbox} selected={selected.has(sandbox.id)} onSelect={toggle} />
        ))}
      </tbody>
    </table>
  )
}

interface RowProps {
  readonly sandbox: Sandbox
  readonly selected: boolean
  readonly onSelect: (id: SandboxId, on: boolean) => void
}

const SandboxRow = memo(function SandboxRow({ sandbox, selected, onSelect }: RowProps): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const { id, name } = sandbox
  const image = shortImageName(sandbox.image)
  const open = (event: MouseEvent): void => {
    // Presses in the menu come here too, since React passes events on through portals.
    if (!(event.target instanceof Node && event.currentTarget.contains(event.target))) return
    const onControl = event.target instanceof Element && event.target.closest('a, button, label') !== null
    // A press that ends a text selection is not meant as a way to the page.
    if (!onControl && getSelection()?.isCollapsed !== false) navigate(`/sandboxes/${id}`)
  }
  return (
    <tr data-selected={selected} data-row={id} onClick={open}>
      <td className="cell-check">
        <Checkbox label={t('sandboxes.selectOne', { name })} checked={selected} onChange={(on) => onSelect(id, on)} />
      </td>
      <td className="cell-name">
        <span className="name-cell">
          <Link to={`/sandboxes/${id}`} className="name-link truncate" title={name}>
            {name}
          </Link>
          <span className="name-more">
            <ClassBadge value={sandbox.class} />
            <span className="truncate" title={image}>
              {image}
            </span>
          </span>
        </span>
      </td>
      <td className="cell-state">
        <StateLabel sandbox={sandbox} />
      </td>
      <td className="cell-usage">
        <UsageCell sandbox={sandbox} of="cpu" />
      </td>
      <td className="cell-usage">
        <UsageCell sandbox={sandbox} of="memory" />
      </td>
      <td className="cell-ports">
        <PortList ports={sandbox.ports} />
      </td>
      <td className="cell-uptime">
        <Uptime sandbox={sandbox} />
      </td>
      <td>
        <RowActions sandbox={sandbox} />
      </td>
    </tr>
  )
})
