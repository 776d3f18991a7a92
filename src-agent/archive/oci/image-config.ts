import type { ImageConfig } from '#contract/image'
import type { SandboxSpec } from '#contract/sandbox'
import { wishedHealthCheck } from '../../sandboxes/health-check.ts'
import { describeHealthCheck } from '../../storage/images/image-health.ts'

/** What a sandbox runs with, in the words of an image's configuration. */
export function configOf(image: ImageConfig, spec: SandboxSpec, dropEnvironment: ReadonlySet<string>) {
  const environment = new Map(image.env.map(splitVariable))
  for (const [name, value] of Object.entries(spec.env)) environment.set(name, value)
  for (const name of dropEnvironment) environment.delete(name)
  const ports = [...image.exposedPorts, ...spec.ports.map(({ guestPort }) => `${guestPort}/tcp`)]
  const command = spec.command ?? (spec.entrypoint === null ? image.command : [])
  const entrypoint = spec.entrypoint ?? image.entrypoint
  const stopSignal = image.stopSignal
  const health = wishedHealthCheck(spec.healthCheck, image.healthcheck)
  const user = spec.user ?? image.user
  const labels = { ...image.labels, ...spec.labels }
  return {
    ...(user !== '' && { User: user }),
    ...(ports.length > 0 && { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) }),
    Env: [...environment].map(([name, value]) => `${name}=${value}`),
    ...(entrypoint.length > 0 && { Entrypoint: entrypoint }),
    ...(command.length > 0 && { Cmd: command }),
    ...(image.volumes.length > 0 && { Volumes: Object.fromEntries(image.volumes.map((path) => [path, {}])) }),
    WorkingDir: spec.cwd ?? (image.cwd === '' ? '/' : image.cwd),
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
    ...(stopSignal !== null && { StopSignal: stopSignal }),
    ...(health !== null && { Healthcheck: describeHealthCheck(health) }),
  }
}

function splitVariable(entry: string): readonly [string, string] {
  const at = entry.indexOf('=')
  return [entry.slice(0, at), entry.slice(at + 1)]
}
