import { ArrowDown, ArrowUp, CaseSensitive, Regex, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../components/button.tsx'
import type { XtermScreen } from './create-screen.ts'

interface Results {
  /** -1 where there are too many to count. */
  readonly at: number
  readonly count: number
}

/** The colours of what is found, which xterm wants as plain values. */
function decorations() {
  const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  return {
    ...{ matchBackground: token('--warn-wash'), matchBorder: token('--warn'), matchOverviewRuler: token('--warn') },
    ...{ activeMatchBackground: token('--accent-wash'), activeMatchBorder: token('--accent') },
    activeMatchColorOverviewRuler: token('--accent'),
  }
}

interface Ways {
  readonly caseSensitive: boolean
  readonly regex: boolean
}

/** The search of a screen, as far as it has been typed. */
function useFind({ search }: XtermScreen) {
  const [wanted, setWanted] = useState('')
  const [ways, setWays] = useState<Ways>({ caseSensitive: false, regex: false })
  const [results, setResults] = useState<Results | null>(null)
  useEffect(() => {
    const counting = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setResults({ at: resultIndex, count: resultCount }),
    )
    return () => counting.dispose()
  }, [search])
  const run = (back: boolean, text: string, how: Ways): void => {
    if (text === '') search.clearDecorations()
    if (text === '' || (how.regex && !isPattern(text))) return setResults(null)
    const options = { ...how, decorations: decorations() }
    if (back) search.findPrevious(text, options)
    else search.findNext(text, options)
  }
  return {
    ...{ wanted, ways, results, isBroken: ways.regex && !isPattern(wanted) },
    find: (back: boolean) => run(back, wanted, ways),
    type(text: string): void {
      setWanted(text)
      run(true, text, ways)
    },
    toggle(way: keyof Ways): void {
      const next = { ...ways, [way]: !ways[way] }
      setWays(next)
      run(true, wanted, next)
    },
  }
}

/** Looks for text in a terminal: all that is found is marked, and counted. */
export function FindBar({
  screen,
  onClose,
}: {
  readonly screen: XtermScreen
  readonly onClose: () => void
}): ReactNode {
  const { t } = useTranslation()
  const { wanted, ways, results, isBroken, find, type, toggle } = useFind(screen)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter') find(!event.shiftKey)
  }
  return (
    <div className="terminal-find" role="search">
      <input
        // The bar opens because the person has just asked to type here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        className="input"
        aria-label={t('dock.find.label')}
        aria-invalid={isBroken}
        value={wanted}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Count wanted={wanted} results={results} isBroken={isBroken} />
      <IconButton
        size="small"
        label={t('dock.find.case')}
        aria-pressed={ways.caseSensitive}
        onClick={() => toggle('caseSensitive')}
      >
        <CaseSensitive />
      </IconButton>
      <IconButton size="small" label={t('dock.find.regex')} aria-pressed={ways.regex} onClick={() => toggle('regex')}>
        <Regex />
      </IconButton>
      <IconButton size="small" label={t('dock.find.previous')} onClick={() => find(true)}>
        <ArrowUp />
      </IconButton>
      <IconButton size="small" label={t('dock.find.next')} onClick={() => find(false)}>
        <ArrowDown />
      </IconButton>
      <IconButton size="small" label={t('dock.find.close')} onClick={onClose}>
        <X />
      </IconButton>
    </div>
  )
}

interface CountProps {
  readonly wanted: string
  readonly results: Results | null
  readonly isBroken: boolean
}

function Count({ wanted, results, isBroken }: CountProps): ReactNode {
  const { t } = useTranslation()
  if (isBroken) return <span className="field-problem">{t('dock.find.broken')}</span>
  if (wanted === '' || results === null) return null
  const { at, count } = results
  if (count === 0) return <span className="field-problem">{t('dock.find.nothing')}</span>
  return (
    <span className="terminal-found" role="status">
      {at < 0 ? t('dock.find.many', { count }) : t('dock.find.count', { at: at + 1, count })}
    </span>
  )
}

function isPattern(text: string): boolean {
  try {
    return Boolean(new RegExp(text))
  } catch {
    return false
  }
}
