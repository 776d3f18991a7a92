import type { BrowserWindow, NativeTheme } from 'electron'

/** The page's background in tokens.css, shown until the page has drawn itself. */
const background = { dark: '#131211', light: '#faf8f5' } as const

export function backgroundOf(theme: Pick<NativeTheme, 'shouldUseDarkColors'>): string {
  return theme.shouldUseDarkColors ? background.dark : background.light
}

/** Keeps the colour behind the page right when the system's theme changes. Returns its undo. */
export function followTheme(theme: NativeTheme, window: BrowserWindow): () => void {
  const update = (): void => window.setBackgroundColor(backgroundOf(theme))
  theme.on('updated', update)
  return () => void theme.off('updated', update)
}
