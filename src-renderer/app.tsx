import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Redirect, Route, Router, Switch, useLocation } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { Button } from './components/button.tsx'
import { ConfirmDialog } from './components/confirm-dialog.tsx'
import { CrashGuard } from './components/crash-guard.tsx'
import { EmptyState } from './components/empty-state.tsx'
import { findMain, layerId } from './components/layer.ts'
import { Toaster } from './components/toaster.tsx'
import { TooltipProvider } from './components/tooltip.tsx'
import { uiStore, useUi } from './store/ui-store.ts'
import { ExportDialog } from './views/archive/export-dialog.tsx'
import { ImportDialog } from './views/archive/import-dialog.tsx'
import { ChangeClassDialog } from './views/change-class/change-class-dialog.tsx'
import { ComparePage } from './views/compare/compare-page.tsx'
import { CreateDialog } from './views/create/create-dialog.tsx'
import { DetailPage } from './views/detail/detail-page.tsx'
import { Dock } from './views/dock/dock.tsx'
import { ForkPage } from './views/fork/fork-page.tsx'
import { HostPage } from './views/host/host-page.tsx'
import { ImagesPage } from './views/images/images-page.tsx'
import { IsolationPage } from './views/isolation/isolation-page.tsx'
import { ResourcesPage } from './views/resources/resources-page.tsx'
import { SandboxesPage } from './views/sandboxes/sandboxes-page.tsx'
import { KeysDialog } from './views/shell/keys-dialog.tsx'
import { Palette } from './views/shell/palette.tsx'
import { Sidebar } from './views/shell/sidebar.tsx'
import { VolumesPage } from './views/volumes/volumes-page.tsx'

export function App(): ReactNode {
  const { t } = useTranslation()
  return (
    <TooltipProvider>
      <Router hook={useHashLocation}>
        <a className="skip" href="#main" onClick={skipToMain}>
          {t('shell.skip')}
        </a>
        <div className="shell">
          <Sidebar />
          <div className="workplace">
            <Pages />
            <Dock />
          </div>
        </div>
        <CreateDialog />
        <ChangeClassDialog />
        <ExportDialog />
        <ImportDialog />
        <Palette />
        <KeysDialog />
        <Questions />
        <Toaster />
        <aside id={layerId} aria-label={t('shell.layers')} />
      </Router>
    </TooltipProvider>
  )
}

function Pages(): ReactNode {
  const { t } = useTranslation()
  const [location] = useLocation()
  useFocusOnPage(location)
  const fallback = (_error: unknown, again: () => void): ReactNode => (
    <main>
      <h1 className="visually-hidden">{t('shell.crash.title')}</h1>
      <EmptyState title={t('shell.crash.title')} text={t('shell.crash.text')}>
        <Button onClick={again}>{t('shell.crash.again')}</Button>
      </EmptyState>
    </main>
  )
  return (
    <CrashGuard key={location.split('/')[1]} fallback={fallback}>
      <Switch>
        <Route path="/sandboxes">
          <SandboxesPage />
        </Route>
        <Route path="/sandboxes/:id/:tab?">{({ id, tab }) => <DetailPage id={id} tab={tab} />}</Route>
        <Route path="/compare/:before/:after">
          {({ before, after }) => <ComparePage before={before} after={after} />}
        </Route>
        <Route path="/forks/:ids">{({ ids }) => <ForkPage ids={ids.split(',')} />}</Route>
        <Route path="/isolation">
          <IsolationPage />
        </Route>
        <Route path="/images">
          <ImagesPage />
        </Route>
        <Route path="/volumes">
          <VolumesPage />
        </Route>
        <Route path="/resources">
          <ResourcesPage />
        </Route>
        <Route path="/host">
          <HostPage />
        </Route>
        <Route>
          <Redirect to="/sandboxes" replace />
        </Route>
      </Switch>
    </CrashGuard>
  )
}

/** What was pressed to come to a page may be gone with the page before: then the page itself has the focus. */
function useFocusOnPage(location: string): void {
  const before = useRef(location)
  useEffect(() => {
    if (before.current !== location && document.activeElement === document.body)
      findMain()?.focus({ preventScroll: true })
    before.current = location
  }, [location])
}

function Questions(): ReactNode {
  const question = useUi((state) => state.question)
  return <ConfirmDialog question={question} onClose={() => uiStore.setState({ question: null })} />
}

/** Without touching the hash, which is the route. */
function skipToMain(event: { preventDefault: () => void }): void {
  event.preventDefault()
  findMain()?.focus()
}
