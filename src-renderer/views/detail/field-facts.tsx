import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { Image } from '#contract/image'
import { factsOf } from '#contract/read-fields'
import type { NetworkMode, SandboxSpec } from '#contract/sandbox'
import type { FieldWords } from '#contract/sandbox-field'
import { sandboxFields } from '#contract/sandbox-fields'
import { formatDuration } from '../../model/duration.ts'
import { Fact } from './facts-card.tsx'

interface Props {
  readonly card: 'process' | 'network'
  readonly spec: SandboxSpec
  /** Whose word holds where the specification has none; undefined where it is not here any more. */
  readonly image?: Image['config'] | undefined
}

/** The rows of a card that show fields of the specification, one for each that the table of fields gives a row. */
export function FieldFacts({ card, spec, image }: Props): ReactNode {
  const { t } = useTranslation()
  return factsOf(card, spec, sandboxFields).map(({ key, label, words, value }) => (
    <Fact key={key} name={t(`detail.facts.${label}`)}>
      {imageWord(t, { key, words, value, image }) ?? wordFor(t, words, value)}
    </Fact>
  ))
}

interface ImageWordInput extends Pick<Props, 'image'> {
  readonly key: string
  readonly words: FieldWords
  readonly value: unknown
}

/** The value itself where the image gives it; null where it does not, or is not here to say. */
function imageWord(t: TFunction, { key, words, value, image }: ImageWordInput): string | null {
  if (!image || words.kind !== 'text' || words.none !== 'fromImage' || (value !== null && value !== undefined))
    return null
  const values: Readonly<Record<string, string>> = {
    ...{ cwd: image.cwd || '/', user: image.user || 'root', stopWith: image.stopSignal ?? 'SIGTERM' },
  }
  const said = values[key]
  return said === undefined ? null : t('detail.facts.ofImage', { value: said })
}

function wordFor(t: TFunction, words: FieldWords, value: unknown): string {
  switch (words.kind) {
    case 'text':
      if (typeof value === 'string' || typeof value === 'number') return String(value)
      return t(words.none === 'none' ? 'common.none' : 'detail.facts.fromImage')
    case 'switch':
      return t(`detail.facts.${value ? words.on : words.off}`)
    case 'duration':
      return formatDuration(Number(value))
    case 'bytes':
      return value === null ? t('common.none') : formatBytes(Number(value))
    case 'list':
      return Array.isArray(value) && value.length > 0 ? value.join(', ') : t('common.none')
    case 'healthCheck':
      return healthWords(t, value as SandboxSpec['healthCheck'])
    case 'networkMode':
      return t(`create.networkMode.${value as NetworkMode}.name`)
  }
}

function healthWords(t: TFunction, check: SandboxSpec['healthCheck']): string {
  if (!check?.command) return t('detail.facts.fromImage')
  if (check.command.length === 0) return t('common.none')
  const command = check.command.join(' ')
  if (check.intervalMs === null) return command
  return t('detail.facts.healthEvery', { command, interval: formatDuration(check.intervalMs) })
}
