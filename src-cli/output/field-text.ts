import { formatBytes } from '#contract/byte-size'
import { portText } from '#contract/port-text'
import type { Limits, SandboxSpec, SpecChange } from '#contract/sandbox'
import { formatArgv } from './words.ts'

/** A field before and after, in a few words. */
export function describeField(field: string, before: SandboxSpec, change: SpecChange): string {
  if (field === 'limits') return describeLimits(before.limits, change.limits ?? {})
  const [old, now] = [before[field as keyof SandboxSpec], change[field as keyof SpecChange]]
  return `${valueText(field, old)} -> ${valueText(field, now)}`
}

function describeLimits(before: Limits, change: NonNullable<SpecChange['limits']>): string {
  const names = { memoryBytes: 'memory', cpus: 'cpus', pids: 'pids', diskBytes: 'disk' } as const
  const changed = (Object.keys(names) as (keyof Limits)[]).filter(
    (key) => change[key] !== undefined && change[key] !== before[key],
  )
  const text = (key: keyof Limits, value: number | null | undefined) =>
    value === null || value === undefined ? 'no limit' : key.endsWith('Bytes') ? formatBytes(value) : String(value)
  return changed.map((key) => `${names[key]} ${text(key, before[key])} -> ${text(key, change[key])}`).join(', ')
}

/** The values of variables may be secrets. */
function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none'
  if (field === 'command' || field === 'entrypoint') return formatArgv(value as string[])
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(itemText).join(', ')
  if (typeof value !== 'object') return `${value as string | number | boolean}`
  const names = Object.entries(value).map(([name, text]) => (field === 'env' ? name : `${name}=${String(text)}`))
  return names.length === 0 ? 'none' : names.join(', ')
}

function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return `${item as string | number}`
  if ('guestPort' in item) {
    const { hostPort, guestPort, protocol } = item as SandboxSpec['ports'][number]
    return portText(hostPort === 0 ? guestPort : `${hostPort}:${guestPort}`, protocol)
  }
  if ('volume' in item) {
    const { volume, target, readOnly } = item as SandboxSpec['volumes'][number]
    return `${volume === null ? '' : `${volume}:`}${target}${readOnly ? ':ro' : ''}`
  }
  const { source, target, readOnly } = item as SandboxSpec['mounts'][number]
  return `${source}:${target}${readOnly ? ':ro' : ''}`
}
