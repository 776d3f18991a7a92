import * as z from 'zod'
import type { ImageConfig } from '#contract/image'
import { toHealthCheck } from './image-health.ts'
import type { Configuration } from './oci-schemas.ts'

/** As many as a sandbox takes. */
const mostVolumes = 64

/** Translates the configuration of an OCI image to the contract's form. */
export function toImageConfig({ config }: Configuration): ImageConfig {
  return {
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    // What has no `=` is no variable, and no program could be given it.
    env: (config?.Env ?? []).filter((entry) => entry.indexOf('=') > 0),
    cwd: absolute(config?.WorkingDir ?? ''),
    user: config?.User ?? '',
    stopSignal: config?.StopSignal || null,
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
    volumes: Object.keys(config?.Volumes ?? {}).slice(0, mostVolumes),
    labels: config?.Labels ?? {},
    healthcheck: toHealthCheck(config?.Healthcheck),
  }
}

/** When the image says it was made; null where it does not say it in a way that can be read. */
export function createdAtOf({ created }: Configuration): string | null {
  const date = z.iso.datetime({ offset: true }).safeParse(created)
  return date.success ? date.data : null
}

function absolute(folder: string): string {
  return folder.startsWith('/') ? folder : `/${folder}`
}
