import { expect, test } from 'vitest'
import { readTerminalTheme } from './terminal-theme.ts'

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

test.each(['white', 'brightWhite', 'brightBlack'] as const)('%s is a grey in light too, and no brown', (name) => {
  const root = document.createElement('div')
  root.dataset['theme'] = 'light'
  const parts = channels(readTerminalTheme(root)[name] ?? '')
  expect(Math.max(...parts) - Math.min(...parts)).toBeLessThan(10)
})
