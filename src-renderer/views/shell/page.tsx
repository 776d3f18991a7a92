import { ArrowLeft, Command, Plus, Search } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { Button, IconButton, Kbd } from '../../components/button.tsx'
import { openCreate, setSearch, uiStore, useUi } from '../../store/ui-store.ts'
import { StaleBanner } from './agent-status.tsx'
import './shell.css'

interface Props {
  readonly title: string
  /** In place of the plain title; holds the page's one h1. */
  readonly heading?: ReactNode
  readonly back?: string
  readonly searchable?: boolean
  readonly tools?: ReactNode
  readonly children: ReactNode
}

/** A page: the bar with its one h1 and tools, and the main landmark. */
export function Page({ title, heading, back, searchable = false, tools, children }: Props): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
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
          {searchable && <SearchBox />}
          {tools}
          <IconButton
            className="topbar-commands"
            label={t('shell.commands')}
            hint={`${t('shell.commands')} (Ctrl K)`}
            onClick={() => uiStore.setState({ paletteOpen: true })}
          >
            <Command />
          </IconButton>
          <Button kind="primary" onClick={openCreate}>
            <Plus aria-hidden="true" />
            <span className="new-label">{t('shell.newSandbox')}</span>
            <Kbd>N</Kbd>
          </Button>
        </div>
      </header>
      <main id="main" className="page-main" tabIndex={0}>
        <StaleBanner />
        {children}
      </main>
    </div>
  )
}

function SearchBox(): ReactNode {
  const { t } = useTranslation()
  const search = useUi((state) => state.search)
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
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setSearch('')
          event.currentTarget.blur()
        }}
      />
      <Kbd>/</Kbd>
    </div>
  )
}
