import { type IsolationEdge, Strength } from '../isolation.ts'

/** How a strength is said and drawn. `rank` orders them: 0 shares least. */
export interface StrengthStyle {
  readonly rank: number
  readonly word: string
  /** What an edge of this strength means, whatever it joins. */
  readonly meaning: string
  /** Of the line, so that strength is seen without colour too: an SVG dash array, and a width. */
  readonly dash: string
  readonly width: number
}

const styles: Readonly<Record<Strength, Omit<StrengthStyle, 'rank'>>> = {
  bounded: {
    word: 'bounded',
    meaning: 'Another program stands between, and answers in place of what is behind it.',
    dash: '2 4',
    width: 2,
  },
  filtered: {
    word: 'filtered',
    meaning: 'Used directly, through a filter that lets through a known list and no more.',
    dash: '4 4',
    width: 1.5,
  },
  readable: { word: 'readable', meaning: 'Can be read, not changed.', dash: '8 4', width: 1.5 },
  reachable: {
    word: 'reachable',
    meaning: 'Can be spoken to; what listens there decides about the rest.',
    dash: '12 4',
    width: 2,
  },
  shared: { word: 'shared', meaning: 'Used directly by both, without a filter.', dash: '', width: 2 },
  writable: { word: 'writable', meaning: 'Can be changed, and others read what was changed.', dash: '', width: 3 },
  total: { word: 'total', meaning: 'Under control as a whole.', dash: '', width: 4.5 },
}

export function styleOfStrength(strength: Strength): StrengthStyle {
  return { rank: Strength.options.indexOf(strength), ...styles[strength] }
}

/** Which of two shares more. */
export function moreShared(one: Strength, other: Strength): Strength {
  return styleOfStrength(one).rank >= styleOfStrength(other).rank ? one : other
}

/** Which of two shares less: a path is as open as its narrowest place. */
export function lessShared(one: Strength, other: Strength): Strength {
  return styleOfStrength(one).rank <= styleOfStrength(other).rank ? one : other
}

/** What the kinds of edges are called in a picture and its text. */
export const whatWords: Readonly<Record<IsolationEdge['what'], string>> = {
  kernel: 'kernel',
  files: 'files',
  network: 'network',
  port: 'port',
  socket: 'socket',
  memory: 'memory',
  cpu: 'processor time',
  pids: 'processes',
  control: 'control',
  device: 'device',
}
