import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'
import { settingsStore } from '../store/settings.ts'
import { readTerminalTheme } from './terminal-theme.ts'
import { addWebLinks } from './web-links.ts'

export interface XtermScreen {
  readonly terminal: Terminal
  readonly fit: FitAddon
  readonly search: SearchAddon
  readonly dispose: () => void
}

/** `family` must be a real name list: xterm measures with it, so a custom property does not do. */
function monoFamily(chosen: string): string {
  const usual = getComputedStyle(document.documentElement).getPropertyValue('--font-mono').trim() || 'monospace'
  return chosen === '' ? usual : `${JSON.stringify(chosen)}, ${usual}`
}

/**
 * An xterm set up for output that may be hostile: no clipboard by OSC 52 (no such addon), no window reports, links
 * of the guest do nothing but what `onLink` does. The DOM renderer is kept: it is faster than software WebGL and
 * there is no limit of contexts.
 */
export function createScreen(host: HTMLElement, onLink: (address: string) => void): XtermScreen {
  const { terminalFontSize, terminalFont, screenReader } = settingsStore.getState()
  const activate = (event: MouseEvent, address: string): void => {
    if (event.ctrlKey || event.metaKey) onLink(address)
  }
  const terminal = new Terminal({
    allowProposedApi: true, // for unicode11 only
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    fontFamily: monoFamily(terminalFont),
    fontSize: terminalFontSize,
    lineHeight: 1.15,
    scrollback: 10_000,
    minimumContrastRatio: 4.5,
    screenReaderMode: screenReader,
    theme: readTerminalTheme(),
    linkHandler: { activate, allowNonHttpProtocols: true },
  })
  addWebLinks(terminal, activate)
  const fit = new FitAddon()
  const search = new SearchAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  terminal.open(host)
  const offSettings = settingsStore.subscribe((settings) => {
    terminal.options.fontSize = settings.terminalFontSize
    terminal.options.fontFamily = monoFamily(settings.terminalFont)
    terminal.options.screenReaderMode = settings.screenReader
  })
  const themes = new MutationObserver(() => {
    terminal.options.theme = readTerminalTheme()
  })
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const dispose = (): void => {
    offSettings()
    themes.disconnect()
    terminal.dispose()
  }
  return { terminal, fit, search, dispose }
}
