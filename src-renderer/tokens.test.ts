import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

function readTheme(name: string): ReadonlyMap<string, string> {
  const block = new RegExp(`\\[data-theme="${name}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
}

/** WCAG 2: relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const surfaces = ['bg', 'side', 'surface', 'raised', 'well']
const words = ['text', 'muted', 'faint', 'accent-text', 'good', 'warn', 'bad']
const strengths = ['bounded', 'filtered', 'readable', 'reachable', 'shared', 'writable', 'total']
const classes = ['container', 'gvisor', 'microvm']

/** Text on what it stands on. */
const textPairs: readonly (readonly [string, string])[] = [
  ...words.flatMap((word) => surfaces.map((surface) => [word, surface] as const)),
  ...['text', 'muted'].flatMap((word) =>
    ['hover', 'accent-wash', 'warn-wash', 'bad-wash'].map((on) => [word, on] as const),
  ),
  ...classes.map((name) => [`class-${name}`, `class-${name}-wash`] as const),
  ...classes.flatMap((name) => ['text', 'muted'].map((word) => [word, `class-${name}-wash`] as const)),
  ...strengths.flatMap((name) => ['bg', 'surface', 'well'].map((on) => [`edge-${name}`, on] as const)),
  ...['good', 'warn'].map((name) => [name, `${name}-wash`] as const),
  ...['text', 'muted'].map((word) => [word, 'good-wash'] as const),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-bad', 'bad-fill'],
  ['bad', 'bad-wash'],
  ['warn', 'warn-wash'],
  ['bg', 'text'],
]
/** Edges and lines that carry meaning: 3:1. */
const edgePairs: readonly (readonly [string, string])[] = [
  ['focus', 'bg'],
  ['focus', 'surface'],
  ['control-border', 'surface'],
  ['control-border', 'bg'],
  ...['cpu', 'memory', 'pids', 'read', 'write'].map((name) => [`chart-${name}`, 'surface'] as const),
]

describe.each(['dark', 'light'])('%s theme', (name) => {
  const theme = readTheme(name)
  const ratio = ([one, other]: readonly [string, string]): number =>
    contrast(theme.get(one) ?? '', theme.get(other) ?? '')

  test.each(textPairs)('%s is readable on %s', (...pair) => {
    expect(ratio(pair)).toBeGreaterThanOrEqual(4.5)
  })
  test.each(edgePairs)('%s is visible on %s', (...pair) => {
    expect(ratio(pair)).toBeGreaterThanOrEqual(3)
  })
})

test('both themes have the same tokens', () => {
  expect([...readTheme('light').keys()]).toEqual([...readTheme('dark').keys()])
})

test('the formula gives what the standard says for black on white', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
})

test('no shadow mixes colours, which Electron 25 draws as if nothing were mixed in', () => {
  const files = globSync('**/*.css', { cwd: import.meta.dirname })
  expect(files.length).toBeGreaterThan(20)
  const mixed = files.filter((file) =>
    /box-shadow:[^;]*color-mix/.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  expect([...mixed, ...css.matchAll(/--(?:shadow|ring|[a-z]+-wash)[\w-]*:[^;]*color-mix/g)]).toEqual([])
})
