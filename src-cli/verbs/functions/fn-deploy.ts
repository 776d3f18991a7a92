import { AppError } from '#contract/app-error'
import type { Grant } from '#contract/sandbox'
import { sandboxFields } from '#contract/sandbox-fields'
import { defineCommand } from '../../command/command.ts'
import type { Values } from '../../command/flags.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { parseWhole } from '../../parse/size.ts'
import { parseDuration } from '../../parse/time.ts'
import { type RunFlags, readRunRequest } from '../sandboxes/run-spec.ts'
import { fieldFlags, runFlags } from '../shared/run-flags.ts'
import { functionName } from './function-name.ts'

const {
  interactive: _i,
  tty: _t,
  publish: _p,
  restart: _r,
  rm: _rm,
  hostname: _h,
  ...fields
} = fieldFlags(sandboxFields)
const { memory, cpus, 'pids-limit': pids, disk, mount, 'allow-host': allowHost } = runFlags
const { 'env-file': envFile, 'label-file': labelFile } = runFlags

const flags = {
  image: { type: 'string', value: 'IMAGE', help: 'What it runs; fetched where it is not here. Must be given.' },
  command: { type: 'boolean', help: 'Run the command once for each call, with the body as its input.' },
  port: { type: 'string', value: 'PORT', help: 'Where its server listens, told to it by PORT: 8080 if not given.' },
  concurrency: { type: 'string', value: 'NUMBER', help: 'Calls at once for one instance; 0 for any number.' },
  min: { type: 'string', value: 'NUMBER', help: 'Instances that are always there: 0 if not given.' },
  max: { type: 'string', value: 'NUMBER', help: 'Instances at most: 10 if not given.' },
  initial: { type: 'string', value: 'NUMBER', help: 'Instances that are started with the revision.' },
  timeout: { type: 'string', value: 'TIME', help: 'For one call, with all that it waits for: 5m if not given.' },
  'start-timeout': { type: 'string', value: 'TIME', help: 'For an instance to take calls: 1m if not given.' },
  'stable-window': { type: 'string', value: 'TIME', help: 'How far back the autoscaler looks: 60s if not given.' },
  grace: { type: 'string', value: 'TIME', help: 'How long the last instance stays unused: 30s if not given.' },
  'ready-path': { type: 'string', value: 'PATH', help: 'Asked for to see whether it is ready.' },
  'no-traffic': { type: 'boolean', help: 'Leave the calls where they go.' },
  ...{ memory, cpus, 'pids-limit': pids, disk, mount, 'env-file': envFile, 'allow-host': allowHost },
  'label-file': labelFile,
  ...fields,
} as const

export const fnDeploy = defineCommand({
  operands: 'NAME [-- COMMAND [ARG...]]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'All calls go to the new revision at once; "joey fn rollback" brings the last one back. Nothing runs until it is called.\n' +
    'Options of "joey run" hold for its sandboxes.',
  flags,
  examples: [
    {
      line: 'joey fn deploy count --image busybox --command -- wc -c',
      comment: 'Then: echo hello | joey fn invoke count',
    },
    {
      line: "joey fn deploy site --image busybox -- sh -c 'httpd -f -p $PORT -h /etc'",
      comment: 'A web server: joey fn invoke site --path /hostname',
    },
    {
      line: 'joey fn deploy strict --image busybox --class gvisor --max 3 --command -- sha256sum',
      comment: 'In gVisor.',
    },
  ],
  async run({ flags: given, operands: [name = '', ...words] }, context) {
    if (given.image === undefined) throw usageError('usage-function-image')
    const request = readRequest(given, functionName(name), [given.image, ...words], await readContext(given, context))
    const deployed = await deploy(context, request, given['allow-host'])
    if (given.json) printJson(context.stdout, deployed)
    else printLine(context.stdout, deployed.url ?? deployed.name)
    if (!given.json) printNote(context, `joey: Revision ${deployed.revisions[0]?.number} of ${deployed.name}.`)
    return ExitCode.ok
  },
})

type Given = Values<typeof flags>

async function readContext({ grant }: Pick<Given, 'grant'>, { env, cwd }: Context) {
  const { readGrant } = grant.length > 0 ? await import('../isolation/grant.ts') : { readGrant: () => [] as never }
  return { env, cwd, grants: grant.map(readGrant) as readonly Grant[] }
}

type Surroundings = Awaited<ReturnType<typeof readContext>>

function readRequest(given: Given, name: string, operands: readonly string[], surroundings: Surroundings) {
  const { spec } = readRunRequest(given as unknown as RunFlags, operands, surroundings)
  const scale = { min: whole(given, 'min'), max: whole(given, 'max'), initial: whole(given, 'initial') }
  const autoscaling = { stableWindowMs: span(given, 'stable-window'), graceMs: span(given, 'grace') }
  return {
    name,
    takeTraffic: !given['no-traffic'],
    spec: {
      sandbox: spec,
      kind: given.command ? ('command' as const) : ('http' as const),
      ...present({ port: whole(given, 'port'), timeoutMs: span(given, 'timeout') }),
      ...present({ startTimeoutMs: span(given, 'start-timeout'), readyPath: given['ready-path'] }),
      concurrency: whole(given, 'concurrency') ?? (given.command ? 1 : 0),
      scale: present(scale),
      autoscaling: present(autoscaling),
    },
  }
}

type Request = ReturnType<typeof readRequest>

/** Fetches the image where it is not here, as "joey run" does. */
async function deploy(context: Context, request: Request, hosts: readonly string[]) {
  try {
    return await context.client.deployFunction(request)
  } catch (error) {
    if (AppError.from(error).wire.reason !== 'image-not-found') throw error
    printNote(context, `joey: The image ${request.spec.sandbox.image} is not here. It is fetched from its registry.`)
    const { pullImage } = await import('../shared/pull-image.ts')
    await pullImage(context, request.spec.sandbox.image, hosts)
    return context.client.deployFunction(request)
  }
}

/** What was given. */
function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}

function whole(given: Given, option: 'port' | 'concurrency' | 'min' | 'max' | 'initial'): number | undefined {
  const text = given[option]
  if (text === undefined) return undefined
  const number = parseWhole(text)
  if (number === undefined) throw usageError('usage-number', { option: `--${option}`, text, least: 0, most: 65_535 })
  return number
}

function span(given: Given, option: 'timeout' | 'start-timeout' | 'stable-window' | 'grace'): number | undefined {
  const text = given[option]
  return text === undefined ? undefined : parseDuration(`--${option}`, text)
}
