import { ArrowLeft, Command, Plus, Search } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { Button, IconButton, Kbd } from '../../components/button.tsx'
import { findMain } from '../../components/layer.ts'
import { openCreate, type SearchedPage, setSearch, uiStore, useUi } from '../../store/ui-store.ts'
import { StaleBanner } from './agent-status.tsx'
import './shell.css'

interface Props {
  readonly title: string
  /** In place of the plain title; holds the page's one h1. */
  readonly heading?: ReactNode
  readonly back?: string
  /** Whose search stands in the bar; none where it is not searched. */
  readonly search?: SearchedPage
  readonly tools?: ReactNode
  readonly children: ReactNode
}

/** A page: the bar with its one h1 and tools, and the main landmark. */
export function Page({ title, heading, back, search, tools, children }: Props): ReactNode {
  const { t } = useTranslation()
  const [location, navigate] = useLocation()
  const main = useKeptScroll(location)
  useEffect(() => {
    document.title = `${title} · Joey`
  }, [title])
  return (
    <div className="page">
      <header className="topbar">
        {back && (
          <IconButton label={t('shell.back')} onClick={() => navigate(back)}>
            <ArrowLeft />
          </IconButton>
        )}
        {heading ?? <h1>{title}</h1>}
        <div className="topbar-tools">
          {search && <SearchBox page={search} />}
          {tools}
          <IconButton
            className="topbar-commands"
            label={t('shell.commands')}
            hint={`${t('shell.commands')} (Ctrl K)`}
            onClick={() => uiStore.setState({ paletteOpen: true })}
          >
            <Command />
          </IconButton>
          <Button kind={search === 'sandboxes' ? 'primary' : 'plain'} onClick={openCreate}>
            <Plus aria-hidden="true" />
            <span className="new-label">{t('shell.newSandbox')}</span>
            <Kbd>N</Kbd>
          </Button>
        </div>
      </header>
      <main ref={main} id="main" className="page-main" tabIndex={0}>
        <StaleBanner />
        {children}
      </main>
    </div>
  )
}

/** Where each page was left, by its address. */
const places = new Map<string, number>()

/** Brings a page back to where it was left. */
function useKeptScroll(location: string): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const box = main.current
    if (!box) return
    box.scrollTop = places.get(location) ?? 0
    return () => void places.set(location, box.scrollTop)
  }, [location])
  return main
}

function SearchBox({ page }: { readonly page: SearchedPage }): ReactNode {
  const { t } = useTranslation()
  const search = useUi((state) => state.searches[page])
  return (
    <div className="search" role="search">
      <Search aria-hidden="true" />
      <input
        id="search"
        className="input"
        type="text"
        aria-label={t('shell.search')}
        placeholder={t('shell.searchPlaceholder')}
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => setSearch(page, event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setSearch(page, '')
          findMain()?.focus()
        }}
      />
      <Kbd>/</Kbd>
    </div>
  )
}
