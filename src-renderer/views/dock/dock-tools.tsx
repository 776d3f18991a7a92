import {
  AArrowDown,
  AArrowUp,
  ChevronDown,
  Columns2,
  Ear,
  Ellipsis,
  Keyboard,
  Maximize2,
  Minimize2,
  Plus,
  RadioTower,
  Rows2,
  SquarePlus,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../components/button.tsx'
import { Menu, type MenuItem } from '../../components/menu.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { activeTab, terminalsInFront } from '../../store/dock-layout.ts'
import { changeLayout, setToAll, useDock } from '../../store/dock-store.ts'
import { changeSettings, useSettings } from '../../store/settings.ts'
import { openKeys } from '../../store/ui-store.ts'
import { zoom } from '../../terminal/terminal-input.ts'
import { openNewDialog } from './dialog-store.ts'
import { hideDock, openAnother, toggleFull } from './dock-actions.ts'

/** Why no terminal can be opened in the sandbox whose tab is in front; undefined where one can. */
function useNoTerminal(): string | undefined {
  const { t } = useTranslation()
  const live = useIsLive()
  const front = useDock(({ layout }) => activeTab(layout)?.sandboxId)
  const sandbox = useAgent(({ sandboxes }) => (front === undefined ? undefined : sandboxes.get(front)))
  if (!live) return t('shell.agent.disabled')
  return sandbox && canDo('openTerminal', sandbox) ? undefined : t('dock.notRunning')
}

export function NewButton(): ReactNode {
  const { t } = useTranslation()
  return (
    <IconButton
      size="small"
      label={t('dock.new')}
      hint={`${t('dock.new')} (Ctrl Shift T)`}
      disabledReason={useNoTerminal()}
      onClick={() => openAnother()}
    >
      <Plus />
    </IconButton>
  )
}

/** What is done with the whole dock. */
export function DockTools(): ReactNode {
  const { t } = useTranslation()
  const full = useDock(({ view }) => view === 'full')
  const groups = useMoreMenu()
  return (
    <div className="dock-tools">
      <IconButton
        size="small"
        label={t('dock.split')}
        hint={`${t('dock.split')} (Ctrl Shift D)`}
        disabledReason={useNoTerminal()}
        onClick={() => openAnother({ beside: true })}
      >
        <Columns2 />
      </IconButton>
      <ToAllButton />
      <Menu
        trigger={
          <IconButton size="small" label={t('dock.more')}>
            <Ellipsis />
          </IconButton>
        }
        groups={groups}
      />
      <IconButton
        size="small"
        label={t(full ? 'dock.restore' : 'dock.full')}
        hint={`${t(full ? 'dock.restore' : 'dock.full')} (Ctrl Shift M)`}
        onClick={toggleFull}
      >
        {full ? <Minimize2 /> : <Maximize2 />}
      </IconButton>
      <IconButton size="small" label={t('dock.hide')} hint={`${t('dock.hide')} (Ctrl \`)`} onClick={hideDock}>
        <ChevronDown />
      </IconButton>
    </div>
  )
}

/** In plain sight while it is on: a command for one may not be meant for all. */
function ToAllButton(): ReactNode {
  const { t } = useTranslation()
  const toAll = useDock((state) => state.toAll)
  const count = useDock(({ layout }) => terminalsInFront(layout).length)
  return (
    <>
      {toAll && (
        <span className="dock-to-all" role="status">
          {t('dock.typing', { count })}
        </span>
      )}
      <IconButton size="small" label={t('dock.toAll')} aria-pressed={toAll} onClick={() => setToAll(!toAll)}>
        <RadioTower />
      </IconButton>
    </>
  )
}

function useMoreMenu(): readonly (readonly MenuItem[])[] {
  const { t } = useTranslation()
  const screenReader = useSettings((settings) => settings.screenReader)
  const direction = useDock(({ layout }) => layout.direction)
  const turned = direction === 'row' ? 'column' : 'row'
  return [
    [{ key: 'new', label: t('dock.newWith'), icon: <SquarePlus />, onSelect: openNewDialog }],
    [
      {
        ...{ key: 'turn', label: t(direction === 'row' ? 'dock.rows' : 'dock.columns') },
        icon: direction === 'row' ? <Rows2 /> : <Columns2 />,
        onSelect: () => changeLayout((layout) => ({ ...layout, direction: turned })),
      },
      { key: 'larger', label: t('dock.larger'), icon: <AArrowUp />, keys: 'Ctrl +', onSelect: () => zoom(1) },
      { key: 'smaller', label: t('dock.smaller'), icon: <AArrowDown />, keys: 'Ctrl -', onSelect: () => zoom(-1) },
      {
        ...{ key: 'reader', label: t('dock.screenReader'), icon: <Ear />, checked: screenReader },
        onSelect: () => changeSettings({ screenReader: !screenReader }),
      },
    ],
    [{ key: 'keys', label: t('dock.keys'), icon: <Keyboard />, keys: '?', onSelect: openKeys }],
  ]
}
