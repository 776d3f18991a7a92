import './page-setup.ts'
import './tokens.css'
import './base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { toast } from 'sonner'
import { App } from './app.tsx'
import { saidText, startI18n } from './copy/i18n.ts'
import { agentStore } from './store/agent-store.ts'
import { loadApp } from './store/app-store.ts'
import { followDock } from './store/dock-store.ts'
import { guardUnsaved } from './store/drafts-store.ts'
import { feedAgentStore } from './store/feed-agent-store.ts'
import { feedUsageStore } from './store/feed-usage-store.ts'
import { followLanguage } from './store/follow-language.ts'
import { followTheme } from './store/settings.ts'
import { followLostTerminals } from './store/terminals-store.ts'
import { listenForShortcuts } from './views/shell/shortcuts.ts'

followTheme()
startI18n()
// A page in another language is not shown in English first.
await followLanguage()
feedAgentStore(agentStore, { onNotice: (notice) => toast(saidText(notice), { duration: 12_000 }) })
feedUsageStore(agentStore)
followLostTerminals()
followDock()
guardUnsaved()
listenForShortcuts()
// Without an answer a hint is missing, and no picture of a guest is shown.
void loadApp().catch(() => undefined)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
