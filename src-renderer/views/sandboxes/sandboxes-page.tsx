import { Play, Square, Trash2, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import { IsolationClass, type Sandbox, type SandboxId } from '#contract/sandbox'
import { chooseBundle } from '../../actions/archive-actions.ts'
import { applyRemedy } from '../../actions/remedies.ts'
import { actOnAll } from '../../actions/sandbox-actions.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { CopyableCommand } from '../../components/copy-button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Mark } from '../../components/mark.tsx'
import { Select } from '../../components/select.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Segments } from '../../components/toggles.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'
import { joinShellWords } from '../../model/shell-words.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { useCommandLine } from '../../store/app-store.ts'
import { ask, everySandbox, openCreate, setFilter, setSearch, useUi } from '../../store/ui-store.ts'
import { Page } from '../shell/page.tsx'
import { findSandboxes, type SandboxListModel, toListModel } from './list-model.ts'
import { removeQuestion, stopQuestion } from './questions.ts'
import { SandboxTable } from './sandbox-table.tsx'

export function SandboxesPage(): ReactNode {
  const { t } = useTranslation()
  const state = useAgent((agent) => agent)
  const search = useUi((ui) => ui.searches.sandboxes)
  const filter = useUi((ui) => ui.filter)
  const [selected, setSelected] = useState<ReadonlySet<SandboxId>>(new Set())
  const model = toListModel(state, { search, filter: filter.state, class: filter.class })
  const chosen = model.kind === 'ready' ? model.sandboxes.filter(({ id }) => selected.has(id)) : []
  return (
    <Page title={t('sandboxes.title')} search="sandboxes" tools={<ImportButton />}>
      {(model.kind === 'ready' || model.kind === 'nothingFound') && (
        <div className="list-bar">
          <Segments
            label={t('sandboxes.filterLabel')}
            value={filter.state}
            onChange={(next) => setFilter({ ...filter, state: next })}
            options={filters.map((value) => ({
              ...{ value, label: t(`sandboxes.filter.${value}`) },
              count: findSandboxes(state.sandboxes, { search, filter: value, class: filter.class }).length,
            }))}
          />
          <ClassFilter value={filter.class} onChange={(next) => setFilter({ ...filter, class: next })} />
          {chosen.length > 0 && <BulkBar chosen={chosen} onClear={() => setSelected(new Set())} />}
        </div>
      )}
      <SandboxList
        model={model}
        selected={selected}
        onSelect={setSelected}
        onShowAll={() => {
          setFilter(everySandbox)
          setSearch('sandboxes', '')
        }}
      />
    </Page>
  )
}

function ImportButton(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  return (
    <Button disabled={!live} onClick={() => void chooseBundle()}>
      {t('archives.import.action')}
    </Button>
  )
}

const filters = ['all', 'running', 'paused', 'stopped'] as const

interface ClassFilterProps {
  readonly value: IsolationClass | 'all'
  readonly onChange: (value: IsolationClass | 'all') => void
}

function ClassFilter({ value, onChange }: ClassFilterProps): ReactNode {
  const { t } = useTranslation()
  return (
    <span className="class-filter">
      <Select
        label={t('sandboxes.classFilterLabel')}
        value={value}
        onChange={onChange}
        options={(['all', ...IsolationClass.options] as const).map((option) => ({
          value: option,
          label: option === 'all' ? t('sandboxes.classFilterAll') : t(`sandboxes.class.${option}.name`),
        }))}
      />
    </span>
  )
}

interface ListProps {
  readonly model: SandboxListModel
  readonly selected: ReadonlySet<SandboxId>
  readonly onSelect: (change: (selected: ReadonlySet<SandboxId>) => ReadonlySet<SandboxId>) => void
  readonly onShowAll: () => void
}

export function SandboxList({ model, selected, onSelect, onShowAll }: ListProps): ReactNode {
  const { t } = useTranslation()
  switch (model.kind) {
    case 'loading':
      return <Skeleton label={t('sandboxes.loading')} rows={6} rowHeight={42} />
    case 'error':
      return (
        <div className="section">
          <ErrorNotice title={t('sandboxes.error')} error={model.error} onRemedy={applyRemedy} />
        </div>
      )
    case 'empty':
      return <NoSandboxes />
    case 'nothingFound':
      return (
        <EmptyState title={t('sandboxes.nothingFound.title')} text={t('sandboxes.nothingFound.text')}>
          <Button onClick={onShowAll}>{t('sandboxes.nothingFound.button')}</Button>
        </EmptyState>
      )
    case 'ready':
      return <SandboxTable sandboxes={model.sandboxes} stale={model.stale} selected={selected} onSelect={onSelect} />
    default:
      return assertNever(model, 'sandbox list model')
  }
}

function NoSandboxes(): ReactNode {
  const { t } = useTranslation()
  return (
    <EmptyState title={t('sandboxes.empty.title')} text={t('sandboxes.empty.text')} picture={<Mark size={72} />}>
      <CopyableCommand
        command={t('sandboxes.empty.command', { joey: joinShellWords([useCommandLine()]) })}
        thing={t('sandboxes.empty.thing')}
      />
      <Button kind="primary" onClick={openCreate}>
        {t('sandboxes.empty.button')}
      </Button>
    </EmptyState>
  )
}

interface BulkProps {
  readonly chosen: readonly Sandbox[]
  readonly onClear: () => void
}

function BulkBar({ chosen, onClear }: BulkProps): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const startable = chosen.filter((sandbox) => canDo('start', sandbox))
  const stoppable = chosen.filter((sandbox) => canDo('stop', sandbox))
  return (
    <div className="list-bar-bulk">
      <span className="list-bar-count" role="status">
        {t('sandboxes.selected', { count: chosen.length })}
      </span>
      <Button size="small" disabled={!live || startable.length === 0} onClick={() => void actOnAll('start', startable)}>
        <Play aria-hidden="true" />
        {t('sandboxes.bulk.start')}
      </Button>
      <Button
        size="small"
        disabled={!live || stoppable.length === 0}
        onClick={() => ask(stopQuestion(chosen, onClear))}
      >
        <Square aria-hidden="true" className="icon-filled" />
        {t('sandboxes.bulk.stop')}
      </Button>
      <Button size="small" disabled={!live} onClick={() => ask(removeQuestion(chosen, onClear))}>
        <Trash2 aria-hidden="true" />
        {t('sandboxes.bulk.remove')}
      </Button>
      <IconButton size="small" label={t('sandboxes.clearSelection')} onClick={onClear}>
        <X />
      </IconButton>
    </div>
  )
}
