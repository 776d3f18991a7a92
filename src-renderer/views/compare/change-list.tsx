import { useVirtualizer } from '@tanstack/react-virtual'
import type { TFunction } from 'i18next'
import { Minus, PenLine, Plus } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { FileChange } from '#contract/compare'
import { formatMode } from '#contract/file-mode'
import { rowAfterKey } from '../../components/list-moves.ts'
import { growth } from './change-filter.ts'

interface Props {
  readonly changes: readonly FileChange[]
  readonly chosen: string | null
  readonly onChoose: (change: FileChange) => void
}

const rowHeight = 34

/** Only the rows in sight are in the page. The list has the focus, and says which row is active. */
export function ChangeList({ changes, chosen, onChoose }: Props): ReactNode {
  const { t } = useTranslation()
  const listId = useId()
  const box = useRef<HTMLDivElement>(null)
  const [wanted, setActive] = useState(0)
  const active = Math.min(wanted, changes.length - 1)
  const virtual = useVirtualizer({
    count: changes.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 15,
  })
  const choose = (index: number): void => {
    const change = changes[index]
    if (!change) return
    setActive(index)
    onChoose(change)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = rowAfterKey(event.key, { active, last: changes.length - 1 })
    if (next !== null) {
      setActive(next)
      virtual.scrollToIndex(next)
    } else if (event.key === 'Enter' || event.key === ' ') choose(active)
    else return
    event.preventDefault()
  }
  const shown = virtual.getVirtualItems()
  const activeShown = shown.some(({ index }) => index === active)
  return (
    <div
      ref={box}
      className="change-list"
      role="listbox"
      aria-label={t('compare.files.label')}
      {...(activeShown ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {shown.map(({ index, start }) => {
          const change = changes[index]
          return (
            change && (
              <ChangeOption
                key={change.path}
                change={change}
                id={`${listId}-${index}`}
                place={{ index, start, count: changes.length }}
                chosen={change.path === chosen}
                active={index === active}
                onChoose={() => choose(index)}
              />
            )
          )
        })}
      </div>
    </div>
  )
}

interface OptionProps {
  readonly change: FileChange
  readonly id: string
  readonly place: { readonly index: number; readonly start: number; readonly count: number }
  readonly chosen: boolean
  readonly active: boolean
  readonly onChoose: () => void
}

function ChangeOption({ change, id, place, chosen, active, onChoose }: OptionProps): ReactNode {
  return (
    // The list takes the keys; a press on a row chooses it.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      className="change-row"
      role="option"
      aria-selected={chosen}
      aria-posinset={place.index + 1}
      aria-setsize={place.count}
      data-change={change.change}
      data-active={active}
      style={{ transform: `translateY(${place.start}px)` }}
      onClick={onChoose}
    >
      <ChangeRow change={change} />
    </div>
  )
}

const icons = { added: <Plus />, changed: <PenLine />, deleted: <Minus /> } as const

function ChangeRow({ change }: { readonly change: FileChange }): ReactNode {
  const { t } = useTranslation()
  const { path, change: kind, before, after } = change
  const facts = after ?? before
  const grown = growth(change)
  return (
    <>
      <span className="change-sign" title={t(`compare.files.${kind}`)}>
        {icons[kind]}
        <span className="visually-hidden">{t(`compare.files.${kind}`)}</span>
      </span>
      <span className="change-path mono" title={path}>
        <bdi>{path}</bdi>
      </span>
      <span className="change-what">
        {facts && facts.kind !== 'file' && <span className="tag">{t(`compare.files.fileKind.${facts.kind}`)}</span>}
        {describe(change, t)}
      </span>
      <span className="change-size" data-sign={Math.sign(grown ?? 0)}>
        {grown === null || (kind === 'changed' && grown === 0)
          ? ''
          : `${grown < 0 ? '−' : '+'}${formatBytes(Math.abs(grown))}`}
      </span>
    </>
  )
}

/** What of a changed file differs, in short; the panel has both sides. */
function describe({ what, before, after }: FileChange, t: TFunction): string {
  return what
    .map((each) => {
      if (each === 'mode' && before && after)
        return t('compare.files.fromTo', { before: formatMode(before.mode), after: formatMode(after.mode) })
      if (each === 'owner' && before && after)
        return t('compare.files.fromTo', { before: `${before.uid}:${before.gid}`, after: `${after.uid}:${after.gid}` })
      return t(`compare.files.what.${each}`)
    })
    .join(', ')
}
