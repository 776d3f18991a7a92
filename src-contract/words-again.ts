import type { HealthCheck } from './health.ts'
import type { SandboxSpec } from './sandbox.ts'

/** The option of `joey run` for a mount. The short form has no room for a colon in a path. */
export function mountWords({ source, target, readOnly, recursive, watch }: SandboxSpec['mounts'][number]): string[] {
  const words = [
    ...(readOnly ? ['ro'] : []),
    ...(recursive ? ['recursive'] : []),
    ...(watch === false ? ['nowatch'] : []),
  ]
  if (![source, target].some((path) => path.includes(':'))) {
    return ['-v', [source, target, ...(words.length > 0 ? [words.join(',')] : [])].join(':')]
  }
  return ['--mount', [`source=${source}`, `target=${target}`, ...words].join(',')]
}

/** The options of `joey run` for a check of health. It takes a line for the shell. */
export function healthWords(check: HealthCheck): string[] {
  const { command, intervalMs, timeoutMs, retries, startPeriodMs, startIntervalMs } = check
  if (command?.length === 0) return ['--no-healthcheck']
  const span = (option: string, ms: number | null) => (ms === null ? [] : [option, `${ms}ms`])
  return [
    ...(command === null ? [] : ['--health-cmd', shellLine(command)]),
    ...span('--health-interval', intervalMs),
    ...span('--health-timeout', timeoutMs),
    ...(retries === null ? [] : ['--health-retries', String(retries)]),
    ...span('--health-start-period', startPeriodMs),
    ...span('--health-start-interval', startIntervalMs),
  ]
}

function shellLine(command: readonly string[]): string {
  const [shell, option, line] = command
  if (command.length === 3 && shell === '/bin/sh' && option === '-c' && line !== undefined) return line
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

/** One of its own is asked for without a name. */
export function volumeWords({ volume, target, readOnly, copy, own }: SandboxSpec['volumes'][number]): string[] {
  const name = own || volume === null ? null : volume
  const words = [...(readOnly ? ['ro'] : []), ...(copy === false ? ['nocopy'] : [])]
  if (target.includes(':') || (name === null && words.length > 0)) {
    const options = [...(readOnly ? ['readonly'] : []), ...(copy === false ? ['volume-nocopy'] : [])]
    const places = [...(name === null ? [] : [`source=${name}`]), `target=${target}`]
    return ['--mount', ['type=volume', ...places, ...options].join(',')]
  }
  return ['-v', [...(name === null ? [] : [name]), target, ...(words.length > 0 ? [words.join(',')] : [])].join(':')]
}
