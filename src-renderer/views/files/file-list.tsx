import { useVirtualizer } from '@tanstack/react-virtual'
import { Cpu, File, FileSymlink, Folder, HardDrive, Plug, Waypoints } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import { formatMode } from '#contract/file-mode'
import type { FileEntry } from '#contract/files'
import { rowAfterKey } from '../../components/list-moves.ts'
import { formatMoment } from '../../model/locale.ts'

interface Props {
  readonly label: string
  readonly entries: readonly FileEntry[]
  /** Names. */
  readonly selected: ReadonlySet<string>
  readonly onSelect: (names: ReadonlySet<string>) => void
  readonly onOpen: (entry: FileEntry) => void
  readonly onDelete: () => void
  readonly onUp: () => void
}

const rowHeight = 32

/** Only the rows in sight are in the page. The list has the focus, and says which row is active. */
export function FileList(props: Props): ReactNode {
  const { label, entries, selected, onOpen } = props
  const listId = useId()
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 15,
  })
  const { active, onClick, onKeyDown } = useSelection(props, (index) => virtual.scrollToIndex(index))
  const shown = virtual.getVirtualItems()
  return (
    <div className="file-table">
      <FileHead />
      <div
        ref={box}
        className="file-list"
        role="listbox"
        aria-label={label}
        aria-multiselectable="true"
        {...(shown.some(({ index }) => index === active) ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {shown.map(({ index, start }) => {
            const entry = entries[index]
            return (
              entry && (
                <FileOption
                  key={entry.name}
                  entry={entry}
                  id={`${listId}-${index}`}
                  place={{ index, start, count: entries.length }}
                  selected={selected.has(entry.name)}
                  active={index === active}
                  onClick={(event) => onClick(event, index)}
                  onOpen={() => onOpen(entry)}
                />
              )
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface Selection {
  /** The row that the keys move from. */
  readonly active: number
  readonly onClick: (event: MouseEvent, index: number) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

/** Choosing rows by pointer and keys, as file managers do it: one, a range, or some. */
function useSelection(props: Props, scrollTo: (index: number) => void): Selection {
  const { entries, selected, onSelect, onOpen, onDelete, onUp } = props
  const [wanted, setActive] = useState(0)
  const last = entries.length - 1
  const active = Math.max(0, Math.min(wanted, last))
  const toggle = (name: string): void => {
    const next = new Set(selected)
    if (!next.delete(name)) next.add(name)
    onSelect(next)
  }
  const goTo = (index: number, extend: boolean): void => {
    const entry = entries[index]
    if (!entry) return
    setActive(index)
    scrollTo(index)
    onSelect(extend ? new Set([...selected, entry.name]) : new Set([entry.name]))
  }
  const onClick = (event: MouseEvent, index: number): void => {
    const entry = entries[index]
    if (!entry) return
    setActive(index)
    if (event.ctrlKey || event.metaKey) toggle(entry.name)
    else if (event.shiftKey) {
      const [from, to] = [Math.min(active, index), Math.max(active, index)]
      onSelect(new Set(entries.slice(from, to + 1).map(({ name }) => name)))
    } else onSelect(new Set([entry.name]))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const entry = entries[active]
    const next = rowAfterKey(event.key, { active, last })
    if (event.key === 'Backspace' || (event.altKey && event.key === 'ArrowUp')) onUp()
    else if (next !== null) goTo(next, event.shiftKey)
    else if (event.key === 'Enter' && entry) onOpen(entry)
    else if (event.key === ' ' && entry) toggle(entry.name)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect(new Set(entries.map(({ name }) => name)))
    else if (event.key === 'Delete' && selected.size > 0) onDelete()
    else return
    event.preventDefault()
  }
  return { active, onClick, onKeyDown }
}

function FileHead(): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="file-row file-head" aria-hidden="true">
      <span />
      <span>{t('files.columns.name')}</span>
      <span className="file-size">{t('files.columns.size')}</span>
      <span>{t('files.columns.mode')}</span>
      <span>{t('files.columns.owner')}</span>
      <span>{t('files.columns.modified')}</span>
    </div>
  )
}

interface OptionProps {
  readonly entry: FileEntry
  readonly id: string
  readonly place: { readonly index: number; readonly start: number; readonly count: number }
  readonly selected: boolean
  readonly active: boolean
  readonly onClick: (event: MouseEvent) => void
  readonly onOpen: () => void
}

function FileOption({ entry, id, place, selected, active, onClick, onOpen }: OptionProps): ReactNode {
  return (
    // The list takes the keys; a press on a row chooses it, two open it.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      className="file-row"
      role="option"
      aria-selected={selected}
      aria-posinset={place.index + 1}
      aria-setsize={place.count}
      data-active={active}
      data-mark={entry.mark}
      style={{ transform: `translateY(${place.start}px)` }}
      onClick={onClick}
      onDoubleClick={onOpen}
    >
      <FileRow entry={entry} />
    </div>
  )
}

const icons = {
  ...{ file: <File />, folder: <Folder />, link: <FileSymlink />, fifo: <Waypoints />, socket: <Plug /> },
  ...{ char: <Cpu />, block: <HardDrive /> },
} as const

function FileRow({ entry }: { readonly entry: FileEntry }): ReactNode {
  const { t } = useTranslation()
  const { name, kind, size, mode, user, uid, group, gid, modifiedAt, target, mark } = entry
  return (
    <>
      <span className="file-icon" data-kind={kind}>
        {icons[kind]}
        <span className="visually-hidden">{t(`compare.files.fileKind.${kind}`)}</span>
      </span>
      <span className="file-name mono" title={target === null ? name : `${name} → ${target}`}>
        <bdi>{name}</bdi>
        {target !== null && <span className="file-target"> → {target}</span>}
        {mark !== 'same' && (
          <span className="file-mark" data-mark={mark}>
            {t(`files.mark.${mark}`)}
          </span>
        )}
      </span>
      <span className="file-size">{kind === 'file' ? formatBytes(size) : ''}</span>
      <span className="mono file-dim">{formatMode(mode)}</span>
      <span className="file-dim">{`${user ?? uid}:${group ?? gid}`}</span>
      <span className="file-dim">{formatMoment(modifiedAt)}</span>
    </>
  )
}
