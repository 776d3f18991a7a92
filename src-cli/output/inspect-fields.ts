import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import type { FieldTable } from '#contract/sandbox-field'
import { sandboxFields } from '#contract/sandbox-fields'
import type { RowFields } from './row-format.ts'
import { formatPort } from './sandbox-table.ts'

const isUp = ({ state }: Sandbox): boolean => ['running', 'paused', 'stopping'].includes(state)

/** As Docker calls it: what has ended is `exited` there, and what waits to be started again `restarting`. */
function dockerStatus({ state, restartsAt }: Sandbox): string {
  if (restartsAt !== null) return 'restarting'
  return state === 'stopped' ? 'exited' : state
}

/** The value that an option of `joey run` gives. */
function valueOf(spec: SandboxSpec, option: string): unknown {
  const table: FieldTable = sandboxFields
  const key = Object.keys(table).find((name) => table[name]?.flag?.name === option)
  return spec[key as keyof SandboxSpec]
}

function environment({ spec }: Sandbox): string[] {
  return Object.entries(spec.env).map(([name, value]) => `${name}=${value}`)
}

function bindings({ ports }: Sandbox): object {
  return Object.fromEntries(
    ports.map(({ guestPort, protocol = 'tcp', hostPort }) => [
      `${guestPort}/${protocol}`,
      [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }],
    ]),
  )
}

/**
 * What `docker inspect --format` is asked for most, by Docker's names. All else is reached by the names of the JSON, as in
 * `{{.spec.limits.memoryBytes}}`.
 */
export const inspectFields: RowFields<Sandbox> = {
  Id: ({ id }) => id,
  ID: ({ id }) => id,
  Name: ({ name }) => name,
  Created: ({ createdAt }) => createdAt,
  Image: ({ imageDigest }) => imageDigest,
  Path: ({ argv }) => argv[0] ?? '',
  Args: ({ argv }) => argv.slice(1),
  RestartCount: ({ restarts }) => restarts,
  Class: (sandbox) => sandbox.class,
  State: ({ state }) => state,
  'State.Status': dockerStatus,
  'State.Running': isUp,
  'State.Paused': ({ state }) => state === 'paused',
  'State.Restarting': ({ restartsAt }) => restartsAt !== null,
  'State.OOMKilled': ({ exit }) => exit?.reason === 'oom',
  'State.Pid': ({ pid }) => pid ?? 0,
  'State.ExitCode': ({ exit }) => exit?.code ?? 0,
  'State.StartedAt': ({ startedAt }) => startedAt ?? '',
  'State.FinishedAt': ({ exit }) => exit?.at ?? '',
  'State.Health.Status': ({ health }) => health ?? 'none',
  'Config.Image': ({ image }) => image,
  'Config.Hostname': ({ spec, name }) => spec.hostname ?? name,
  'Config.Env': environment,
  'Config.Cmd': ({ argv }) => argv,
  'Config.Labels': ({ spec }) => spec.labels,
  'Config.User': ({ spec }) => spec.user ?? '',
  'Config.WorkingDir': ({ spec }) => spec.cwd ?? '',
  'Config.Tty': ({ spec }) => spec.tty,
  'HostConfig.RestartPolicy.Name': ({ spec }) => String(valueOf(spec, 'restart')).split(':')[0],
  'HostConfig.Memory': ({ spec }) => spec.limits.memoryBytes ?? 0,
  'HostConfig.NetworkMode': ({ spec }) => spec.networkName ?? spec.network,
  'HostConfig.AutoRemove': ({ spec }) => valueOf(spec, 'rm'),
  'HostConfig.PidsLimit': ({ spec }) => spec.limits.pids ?? 0,
  'NetworkSettings.IPAddress': ({ address }) => address ?? '',
  'NetworkSettings.Ports': bindings,
  Ports: ({ ports }) => ports.map(formatPort).join(', '),
}
