import type { Request } from '#contract/client/client'
import { createSandbox } from '#contract/sandbox'
import type { Values } from '../command/flags.ts'
import { usageError } from '../command/usage-error.ts'
import type { Context } from '../context.ts'
import { parseClass, parseNetwork } from '../parse/class.ts'
import { readEnvironment } from '../parse/environment.ts'
import { checkMountSource, parseMount } from '../parse/mount.ts'
import { parsePublish } from '../parse/port.ts'
import { parseCpus, parseMemory, parsePids } from '../parse/size.ts'
import { parseGrace } from '../parse/time.ts'
import { commandWords, parseLabels, splitWords } from '../parse/words.ts'
import { readGrant } from './isolation/grant.ts'
import type { runFlags } from './run-flags.ts'

export type RunFlags = Values<typeof runFlags>
export type CreateRequest = Request<typeof createSandbox>
type SpecRequest = CreateRequest['spec']

/** Turns a `run` command line into the request, or says which option is wrong. */
export function readRunRequest(
  flags: RunFlags,
  [image = '', ...words]: readonly string[],
  context: Pick<Context, 'env' | 'cwd'>,
): CreateRequest {
  const command = commandWords(words)
  const request = {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    spec: {
      image,
      ...readProcess(flags, command, context.env),
      ...readLimits(flags),
      ...readSurroundings(flags, context),
      tty: flags.tty,
      stdin: flags.interactive,
      removeOnExit: flags.rm,
      readOnlyRoot: flags['read-only'],
    },
  }
  // The contract has the last word, but the person wrote options, so the sentence must name those.
  const checked = createSandbox.request.safeParse(request)
  if (checked.success) return request as CreateRequest
  const issue = checked.error.issues[0]
  const path = issue?.path.join('.') ?? ''
  throw usageError(`${optionOf(path)}: ${issue?.message ?? 'not valid'}`)
}

type Part = { readonly [K in keyof SpecRequest]?: unknown }

function readProcess(flags: RunFlags, command: readonly string[], env: Context['env']): Part {
  return {
    env: readEnvironment(flags['env-file'], flags.env, env),
    ...(command.length === 0 ? {} : { command: [...command] }),
    ...(flags.entrypoint === undefined ? {} : { entrypoint: splitWords('--entrypoint', flags.entrypoint) }),
    ...(flags.workdir === undefined ? {} : { cwd: flags.workdir }),
    ...(flags.user === undefined ? {} : { user: flags.user }),
  }
}

function readLimits({ memory, cpus, 'pids-limit': pids }: RunFlags): Part {
  return {
    limits: {
      ...(memory === undefined ? {} : { memoryBytes: parseMemory('--memory', memory) }),
      ...(cpus === undefined ? {} : { cpus: parseCpus('--cpus', cpus) }),
      ...(pids === undefined ? {} : { pids: parsePids('--pids-limit', pids) }),
    },
  }
}

function readSurroundings(flags: RunFlags, { cwd, env }: Pick<Context, 'env' | 'cwd'>): Part {
  const mounts = flags.volume.map((text) => parseMount(text, { cwd, home: env['HOME'] }))
  for (const mount of mounts) checkMountSource(mount)
  return {
    mounts,
    ports: flags.publish.map(parsePublish),
    grants: flags.grant.map(readGrant),
    labels: parseLabels(flags.label),
    ...(flags.network === undefined ? {} : parseNetwork(flags.network)),
    ...(flags.class === undefined ? {} : { class: parseClass('--class', flags.class) }),
    ...(flags.hostname === undefined ? {} : { hostname: flags.hostname }),
    ...(flags['stop-timeout'] === undefined
      ? {}
      : { stopGraceMs: parseGrace('--stop-timeout', flags['stop-timeout']) }),
  }
}

const options: Readonly<Record<string, string>> = {
  name: '--name',
  'spec.image': 'IMAGE',
  'spec.command': 'COMMAND',
  'spec.entrypoint': '--entrypoint',
  'spec.env': '--env',
  'spec.cwd': '--workdir',
  'spec.user': '--user',
  'spec.hostname': '--hostname',
  'spec.mounts': '--volume',
  'spec.ports': '--publish',
  'spec.labels': '--label',
  'spec.networkName': '--network',
  'spec.grants': '--grant',
  'spec.stopGraceMs': '--stop-timeout',
}

function optionOf(path: string): string {
  const known = Object.keys(options).find((key) => path === key || path.startsWith(`${key}.`))
  return known === undefined ? path : (options[known] ?? path)
}
