import type { AppError } from '#contract/app-error'
import type { SentenceValues } from '#contract/sentence'
import { usageError } from './usage-error.ts'

type Kind = SentenceValues<'usage-option-of-docker'>[0]['kind']

/** Options of docker run that are called otherwise here, or for which there is nothing. */
const kinds: Readonly<Record<string, Kind>> = {
  '--cap-add': 'cap',
  '--device': 'device',
  '--privileged': 'privileged',
  '--net': 'network',
  '--publish-all': 'publishAll',
  '-P': 'publishAll',
  '--sysctl': 'sysctl',
  '--pid': 'processes',
  '--ipc': 'memory',
}

/** What to write in place of an option of docker run; undefined for any other. */
export function explainDockerOption(option: string, value: string): AppError | undefined {
  const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined
  if (kind === undefined) return undefined
  if (kind === 'network' && value === 'host')
    return usageError('usage-network-word', { where: option, text: value, kind: 'host' })
  return usageError('usage-option-of-docker', { option, value: spell(kind, value), kind })
}

/** As the option that there is takes it. */
function spell(kind: Kind, value: string): string {
  if (value.startsWith('-')) return ''
  if (kind === 'cap') return value.toUpperCase().replace(/^CAP_/, '')
  if (kind === 'device') return value.split(':')[0] ?? ''
  return value
}
