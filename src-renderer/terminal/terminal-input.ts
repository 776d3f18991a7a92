import type { Terminal } from '@xterm/xterm'
import i18next from 'i18next'
import { openLink } from '#contract/app'
import { toastError } from '../actions/remedies.ts'
import { call } from '../call.ts'
import { copyToClipboard } from '../components/copy-button.tsx'
import { countLines, toSafePaste, toSafeTitle } from '../model/plain-text.ts'
import { changeSettings, clampFontSize, settingsStore } from '../store/settings.ts'
import { ask } from '../store/ui-store.ts'
import { findTerminalKey, isTerminalsKey, type TerminalKey, type TerminalsKey } from './terminal-keys.ts'
import type { TerminalLink } from './terminal-link.ts'

export interface LinkRef {
  readonly current: TerminalLink | null
}

export interface KeyHandlers {
  readonly onFind: () => void
  /** Null where a terminal stands alone: these keys are then the guest's. */
  readonly onTerminalsKey: ((key: TerminalsKey) => void) | null
}

/** What is typed goes to the guest, as UTF-8 or, for old mouse reports, as raw bytes. Some keys are the window's own. */
export function bindInput(terminal: Terminal, link: LinkRef, handlers: () => KeyHandlers): void {
  const encoder = new TextEncoder()
  terminal.onData((text) => link.current?.type(encoder.encode(text)))
  terminal.onBinary((text) => link.current?.type(Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff)))
  terminal.attachCustomKeyEventHandler((event) => {
    const key = findTerminalKey(event)
    if (key === null) return true
    const { onFind, onTerminalsKey } = handlers()
    if (isTerminalsKey(key)) {
      if (!onTerminalsKey) return true
      event.preventDefault()
      if (event.type === 'keydown') onTerminalsKey(key)
      return false
    }
    // The browser turns this key into a paste event by itself; the palette listens at the window.
    if (key === 'paste' || key === 'palette') return false
    event.preventDefault()
    if (event.type === 'keydown') runKey(key, terminal, onFind)
    return false
  })
}

function runKey(
  key: Exclude<TerminalKey, TerminalsKey | 'paste' | 'palette'>,
  terminal: Terminal,
  onFind: () => void,
): void {
  switch (key) {
    case 'copy':
      if (terminal.hasSelection()) void copyToClipboard(terminal.getSelection(), i18next.t('common.copyFailed'))
      return
    case 'find':
      return onFind()
    case 'clear':
      return terminal.clear()
    case 'larger':
      return zoom(1)
    case 'smaller':
      return zoom(-1)
  }
}

export function zoom(step: number): void {
  changeSettings({ terminalFontSize: clampFontSize(settingsStore.getState().terminalFontSize + step) })
}

/**
 * Pasted text loses its control characters. Several lines are asked about where the program in the terminal would
 * run each of them; with bracketed paste it takes them as one text.
 */
export function guardPaste(host: HTMLElement, terminal: Terminal): () => void {
  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.stopPropagation()
    const text = toSafePaste(event.clipboardData?.getData('text/plain') ?? '')
    if (text === '') return
    const count = countLines(text)
    if (terminal.modes.bracketedPasteMode || !text.includes('\n')) return terminal.paste(text)
    ask({
      title: i18next.t('terminal.pasteTitle', { count }),
      text: i18next.t('terminal.pasteText'),
      list: text.split('\n').slice(0, 100),
      confirm: i18next.t('terminal.paste'),
      onConfirm: () => terminal.paste(text),
    })
  }
  host.addEventListener('paste', onPaste, { capture: true })
  return () => host.removeEventListener('paste', onPaste, { capture: true })
}

/** Copies what was selected when the mouse is let go, where the person has chosen so. */
export function copySelection(host: HTMLElement, terminal: Terminal): () => void {
  const onMouseUp = (): void => {
    if (settingsStore.getState().copyOnSelect && terminal.hasSelection())
      void copyToClipboard(terminal.getSelection(), i18next.t('common.copyFailed'))
  }
  host.addEventListener('mouseup', onMouseUp)
  return () => host.removeEventListener('mouseup', onMouseUp)
}

/**
 * A link that the guest has drawn may say one thing and mean another: its address is shown whole, as a browser would
 * write it, before anything is opened. What is no web address can only be copied.
 */
export function askAboutLink(address: string): void {
  const target = toWebAddress(address)
  const shown = toSafeTitle(target ?? address, 2048)
  const copy = (): void => void copyToClipboard(shown, i18next.t('common.copyFailed'))
  ask({
    title: i18next.t(target ? 'terminal.linkTitle' : 'terminal.linkOdd'),
    text: i18next.t(target ? 'terminal.linkText' : 'terminal.linkOddText'),
    list: [shown],
    confirm: i18next.t(target ? 'terminal.linkOpen' : 'terminal.linkCopy'),
    onConfirm: target ? () => void openInBrowser(target) : copy,
    ...(target ? { other: { label: i18next.t('terminal.linkCopy'), onSelect: copy } } : {}),
  })
}

async function openInBrowser(address: string): Promise<void> {
  try {
    await call(openLink, { address })
  } catch (error) {
    toastError(i18next.t('terminal.linkFailed'), error)
  }
}

/** As the browser would go there: the host in letters that cannot pass for others. Null for what is no plain web address. */
export function toWebAddress(text: string): string | null {
  try {
    const { protocol, username, password, href } = new URL(text)
    return (protocol === 'https:' || protocol === 'http:') && username + password === '' ? href : null
  } catch {
    return null
  }
}
