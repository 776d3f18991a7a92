import { AppError } from '#contract/app-error'
import type { Grant, Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, type Output, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { requirePlatform, requireSecurity } from '../../parse/docker-words.ts'
import { parsePullWhen } from '../../parse/pull-when.ts'
import { parseDetachKeys } from '../../tty/detach-keys.ts'
import { windowSize } from '../../tty/raw-tty.ts'
import { requireTty } from '../../tty/require-tty.ts'
import { runFlags } from '../shared/run-flags.ts'
import { withIdFile } from './id-file.ts'
import { runForeground } from './run-foreground.ts'
import { type CreateRequest, type RunFlags, readRunRequest } from './run-spec.ts'

export const run = defineCommand({
  operands: 'IMAGE [--] [COMMAND] [ARG...]',
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  failureCode: ExitCode.notStarted,
  description:
    'Options after the image belong to the command. Exits with the code of the command; 125 when Joey itself failed,\n' +
    '126 when the command cannot be executed, 127 when it is not in the image, 128 + n when signal n ended it.',
  flags: runFlags,
  examples: [
    { line: "joey run --rm busybox -- sh -c 'echo hello; exit 7'", comment: 'Prints hello and exits with 7.' },
    {
      line: 'joey run -it --name box busybox',
      comment: 'A shell. Ctrl-P Ctrl-Q leaves it running; joey attach box comes back.',
    },
    {
      line: 'joey run -d -m 64m --cpus 0.5 -p 8080:80 -v ./site:/www:ro busybox httpd -f -h /www',
      comment: 'A web server.',
    },
  ],
  async run({ flags, operands }, context) {
    const { env, cwd } = context
    const grants = await readGrants(flags)
    requirePlatform(flags.platform)
    requireSecurity(flags['security-opt'], grants)
    const request = {
      ...readRunRequest(flags, operands, { env, cwd, grants }),
      ...(flags.tty && { terminal: windowSize(context) }),
    }
    if (flags['detach-keys'] !== undefined) parseDetachKeys(flags['detach-keys'])
    const when = parsePullWhen(flags.pull)
    const hosts = flags['allow-host']
    const pulling = flags.quiet ? { ...context, stderr: silent } : context
    if (when === 'always') await pull(pulling, request.spec.image, hosts)
    const begin = when === 'missing' ? createPulling(pulling, hosts) : (whole: CreateRequest) => create(context, whole)
    const make = (wish: CreateRequest) => withIdFile(flags.cidfile, cwd, () => begin(wish))
    const wait = readWait(flags)
    if (flags.detach) {
      const sandbox = await make(request)
      if (flags.json) printJson(context.stdout, sandbox)
      else printLine(context.stdout, sandbox.id)
      if (wait !== null) await context.client.awaitSandbox({ ref: sandbox.id, condition: wait })
      return ExitCode.ok
    }
    if (flags.tty) requireTty(context)
    const code = await runForeground(context, { create: (start) => make({ ...request, start }), flags })
    if (code !== ExitCode.ok) await noteRawSockets(context, request)
    return code
  },
})

/** For what shall not be said. */
const silent: Output = {
  write(_bytes, done) {
    done?.()
    return true
  },
  once: () => undefined,
}

function readWait({ wait, detach }: RunFlags): 'running' | 'healthy' | null {
  if (wait === undefined) return null
  if (detach !== true) throw usageError('usage-wait-detached')
  if (wait === 'running' || wait === 'healthy') return wait
  throw usageError('usage-condition', { option: '--wait', text: wait, names: 'running, healthy' })
}

/** Creates, and where the image is not here fetches it first. What that shows goes to standard error. */
function createPulling(context: Context, hosts: readonly string[]): (request: CreateRequest) => Promise<Sandbox> {
  return async (request) => {
    try {
      return await create(context, request)
    } catch (error) {
      if (AppError.from(error).wire.reason !== 'image-not-found') throw error
      printNote(context, `joey: The image ${request.spec.image} is not here. It is fetched from its registry.`)
      await pull(context, request.spec.image, hosts)
      return create(context, request)
    }
  }
}

/** Most commands fetch nothing. */
async function pull(context: Context, image: string, hosts: readonly string[]): Promise<void> {
  const { pullImage } = await import('../shared/pull-image.ts')
  await pullImage(context, image, hosts)
}

/** Only after a command has failed, so that the others need not load it. */
async function noteRawSockets(context: Context, { spec: { command, grants } }: CreateRequest): Promise<void> {
  const { describeRawSockets } = await import('../inside/raw-sockets.ts')
  const note = describeRawSockets(command ?? [], grants ?? [], '--grant cap:NET_RAW gives them')
  if (note !== null) printNote(context, note)
}

/** The agent says whether the contract takes the request. The schema, which takes long to load, is asked only for the words. */
async function create(context: Context, request: CreateRequest): Promise<Sandbox> {
  try {
    return await context.client.createSandbox(request)
  } catch (error) {
    if (AppError.from(error).wire.reason === 'request-not-valid') {
      const { checkRunRequest } = await import('./explain-refusal.ts')
      checkRunRequest(request)
    }
    throw error
  }
}

/** Few command lines have one, and its schema takes long to load. */
async function readGrants({ grant }: RunFlags): Promise<readonly Grant[]> {
  if (grant.length === 0) return []
  const { readGrant } = await import('../isolation/grant.ts')
  return grant.map(readGrant)
}
