import { usageError } from '../command/usage-error.ts'

const words = ['missing', 'always', 'never'] as const
export type PullWhen = (typeof words)[number]

/** When an image is fetched; as in Docker, where it is not here. */
export function parsePullWhen(text: string | undefined): PullWhen {
  if (text === undefined) return 'missing'
  const found = words.find((word) => word === text)
  if (found === undefined) throw usageError('usage-pull-when', { text })
  return found
}
