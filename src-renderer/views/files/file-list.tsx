import { useVirtualizer } from '@tanstack/react-virtual'
import { Cpu, File, FileSymlink, Folder, HardDrive, Plug, Waypoints } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMode } from '#contract/file-mode'
import type { FileEntry } from '#contract/files'
import { formatBytes } from '../../model/byte-size.ts'

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
const pageRows = 15

/** Only the rows in sight are in the page. The list has the focus, and says which row is active. */
export function FileList({ label, entries, selected, onSelect, onOpen, onDelete, onUp }: Props): ReactNode {
  const { t } = useTranslation()
  const listId = useId()
  const box = useRef<HTMLDivElement>(null)
  const [wanted, setActive] = useState(0)
  const active = Math.max(0, Math.min(wanted, entries.length - 1))
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 15,
  })
  const toggle = (name: string): void => {
    const next = new Set(selected)
    if (!next.delete(name)) next.add(name)
    onSelect(next)
  }
  const goTo = (index: number, extend: boolean): void => {
    const target = Math.min(entries.length - 1, Math.max(0, index))
    const entry = entries[target]
    if (!entry) return
    setActive(target)
    virtual.scrollToIndex(target)
    onSelect(extend ? new Set([...selected, entry.name]) : new Set([entry.name]))
  }
  const onClick = (event: MouseEvent, index: number, { name }: FileEntry): void => {
    setActive(index)
    if (event.ctrlKey || event.metaKey) toggle(name)
    else if (event.shiftKey) {
      const [from, to] = [Math.min(active, index), Math.max(active, index)]
      onSelect(new Set(entries.slice(from, to + 1).map((entry) => entry.name)))
    } else onSelect(new Set([name]))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const entry = entries[active]
    const moves: Readonly<Record<string, number>> = {
      ...{ ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + pageRows, PageUp: active - pageRows },
      ...{ Home: 0, End: entries.length - 1 },
    }
    const move = moves[event.key]
    if (event.key === 'Backspace' || (event.altKey && event.key === 'ArrowUp')) onUp()
    else if (move !== undefined) goTo(move, event.shiftKey)
    else if (event.key === 'Enter' && entry) onOpen(entry)
    else if (event.key === ' ' && entry) toggle(entry.name)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect(new Set(entries.map(({ name }) => name)))
    else if (event.key === 'Delete' && selected.size > 0) onDelete()
    else return
    event.preventDefault()
  }
  const shown = virtual.getVirtualItems()
  return (
    <div className="file-table">
      <div className="file-row file-head" aria-hidden="true">
        <span />
        <span>{t('files.columns.name')}</span>
        <span className="file-size">{t('files.columns.size')}</span>
        <span>{t('files.columns.mode')}</span>
        <span>{t('files.columns.owner')}</span>
        <span>{t('files.columns.modified')}</span>
      </div>
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
            if (!entry) return null
            return (
              // The list takes the keys; a press on a row chooses it, two open it.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
              <div
                key={entry.name}
                id={`${listId}-${index}`}
                className="file-row"
                role="option"
                aria-selected={selected.has(entry.name)}
                aria-posinset={index + 1}
                aria-setsize={entries.length}
                data-active={index === active}
                data-mark={entry.mark}
                style={{ transform: `translateY(${start}px)` }}
                onClick={(event) => onClick(event, index, entry)}
                onDoubleClick={() => onOpen(entry)}
              >
                <FileRow entry={entry} />
              </div>
            )
          })}
        </div>
      </div>
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
      <span className="file-dim">{new Date(modifiedAt).toLocaleString()}</span>
    </>
  )
}
