import { AppError } from '#contract/app-error'
import type { Grant, Sandbox } from '#contract/sandbox'
import { type Context, type Output, printNote } from '../../context.ts'
import { requirePlatform, requireSecurity } from '../../parse/docker-words.ts'
import { parsePullWhen } from '../../parse/pull-when.ts'
import { parseDetachKeys } from '../../tty/detach-keys.ts'
import { windowSize } from '../../tty/raw-tty.ts'
import { withIdFile } from './id-file.ts'
import { type CreateRequest, type RunFlags, readRunRequest } from './run-spec.ts'

interface Making {
  readonly request: CreateRequest
  /** Makes it, and where the image is not here fetches it first. */
  readonly make: (request: CreateRequest) => Promise<Sandbox>
}

/** Reads the options and operands of what makes a sandbox. With `--pull always` the image has been fetched by then. */
export async function readMaking(context: Context, flags: RunFlags, operands: readonly string[]): Promise<Making> {
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
  return { request, make: (wish) => withIdFile(flags.cidfile, cwd, () => begin(wish)) }
}

/** For what shall not be said. */
export const silent: Output = {
  write(_bytes, done) {
    done?.()
    return true
  },
  once: () => undefined,
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
