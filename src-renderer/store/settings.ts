import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { type LanguageChoice, languageChoices } from '../copy/languages.ts'

export type ThemeChoice = 'system' | 'dark' | 'light'

/** Kept in this browser profile; the agent knows nothing of it. */
export interface Settings {
  readonly theme: ThemeChoice
  readonly language: LanguageChoice
  readonly terminalFontSize: number
  readonly screenReader: boolean
  /** A face for terminals in place of the window's own; '' for that. */
  readonly terminalFont: string
  /** What is selected in a terminal is copied at once. */
  readonly copyOnSelect: boolean
}

const key = 'joey.settings'
const fallback: Settings = {
  ...{ theme: 'system', language: 'system', terminalFontSize: 13, screenReader: false },
  ...{ terminalFont: '', copyOnSelect: false },
}

/** Whatever was stored, by an older version or by hand, gives usable settings. */
export function readSettings(stored: string | null): Settings {
  const raw = parseRecord(stored)
  const theme = raw['theme']
  const size = raw['terminalFontSize']
  return {
    theme: theme === 'dark' || theme === 'light' ? theme : fallback.theme,
    language: languageChoices.find((choice) => choice === raw['language']) ?? fallback.language,
    terminalFontSize: typeof size === 'number' ? clampFontSize(size) : fallback.terminalFontSize,
    screenReader: raw['screenReader'] === true,
    terminalFont: readFont(raw['terminalFont']),
    copyOnSelect: raw['copyOnSelect'] === true,
  }
}

/** The name of a face, and nothing that could be more than that. */
function readFont(raw: unknown): string {
  return typeof raw === 'string' && /^[\p{L}\p{N} ._-]{1,60}$/u.test(raw) ? raw : fallback.terminalFont
}

export function clampFontSize(size: number): number {
  return Number.isFinite(size) ? Math.min(28, Math.max(8, Math.round(size))) : fallback.terminalFontSize
}

function parseRecord(stored: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(stored ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export const settingsStore = createStore<Settings>(() => readSettings(localStorage.getItem(key)))

export function changeSettings(changes: Partial<Settings>): void {
  settingsStore.setState(changes)
  localStorage.setItem(key, JSON.stringify(settingsStore.getState()))
}

export function useSettings<Slice>(select: (settings: Settings) => Slice): Slice {
  return useStore(settingsStore, select)
}

export function resolveTheme(choice: ThemeChoice, systemIsDark: boolean): 'dark' | 'light' {
  return choice === 'system' ? (systemIsDark ? 'dark' : 'light') : choice
}

/** What the page shows now, for what draws with colours read from the tokens. */
export const themeStore = createStore<{ readonly theme: 'dark' | 'light' }>(() => ({ theme: 'dark' }))

/** Writes the theme to the page and keeps it in step with the system. Returns its undo. */
export function followTheme(): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const write = (): void => {
    const theme = resolveTheme(settingsStore.getState().theme, system.matches)
    document.documentElement.dataset['theme'] = theme
    themeStore.setState({ theme })
  }
  write()
  system.addEventListener('change', write)
  const offSettings = settingsStore.subscribe(write)
  return () => {
    system.removeEventListener('change', write)
    offSettings()
  }
}
