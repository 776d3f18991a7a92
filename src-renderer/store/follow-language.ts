import { tellLanguage } from '#contract/app'
import { call } from '../call.ts'
import { saidBlast, saidView, speak } from '../copy/i18n.ts'
import { blastStore } from './blast-store.ts'
import { isolationStore } from './isolation-store.ts'
import { settingsStore } from './settings.ts'

/** Has everything said in the chosen language, now and whenever another is chosen. Resolves once the page can be shown. */
export async function followLanguage(): Promise<void> {
  settingsStore.subscribe((now, before) => {
    if (now.language !== before.language) void speakAnew()
  })
  addEventListener('languagechange', () => void speakAnew())
  await speakAnew()
}

async function speakAnew(): Promise<void> {
  // Texts that cannot be read are no reason to show nothing: what was spoken before stays.
  await speak(settingsStore.getState().language).catch(() => undefined)
  sayAgain()
  // The desktop's own dialogs; without an answer they stay as they were.
  void call(tellLanguage, { tag: document.documentElement.lang }).catch(() => undefined)
}

/** What was put into words when it came from the agent. */
function sayAgain(): void {
  isolationStore.setState(({ view }) => (view ? { view: saidView(view) } : {}))
  blastStore.setState(({ blast }) =>
    blast.kind === 'ready' ? { blast: { ...blast, radius: saidBlast(blast.radius) } } : {},
  )
}
