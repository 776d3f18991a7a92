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
