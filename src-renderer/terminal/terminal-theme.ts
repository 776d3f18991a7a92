import type { ITheme } from '@xterm/xterm'

const shared = {
  dark: ['#2c2925', '#ff8a7a', '#63d08a', '#f0c24f', '#7db7ff', '#c7a3ff', '#5fd6c4', '#d8d2c7'],
  darkBright: ['#8a8377', '#ffa99c', '#8be3a9', '#ffd87c', '#a6ceff', '#dcc5ff', '#8ce8da', '#ffffff'],
  light: ['#1e1b16', '#b3261e', '#14703a', '#7d5500', '#1659a8', '#6b35c0', '#066a5c', '#55585c'],
  lightBright: ['#63666a', '#c9352c', '#1b8145', '#8f6300', '#1f6fc9', '#7a46cc', '#0a7f6f', '#303336'],
} as const

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

/** The colours of the terminal from the tokens of the page, so that both themes fit. */
export function readTerminalTheme(root: HTMLElement = document.documentElement): ITheme {
  const token = (name: string): string => getComputedStyle(root).getPropertyValue(name).trim()
  const kind = root.dataset['theme'] === 'light' ? 'light' : 'dark'
  const colours: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    colours[name] = shared[kind][index] ?? ''
    colours[`bright${name[0]?.toUpperCase()}${name.slice(1)}`] = shared[`${kind}Bright`][index] ?? ''
  }
  return {
    ...colours,
    background: token('--well'),
    foreground: token('--text'),
    cursor: token('--accent'),
    cursorAccent: token('--on-accent'),
    selectionBackground: kind === 'dark' ? '#5a4a2e' : '#f3d6a8',
    scrollbarSliderBackground: `${token('--border-strong')}99`,
    scrollbarSliderHoverBackground: token('--border-strong'),
  }
}
