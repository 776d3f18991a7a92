import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { appError } from '#contract/app-error'
import type { BuildDown, BuildRequest } from '#contract/build'
import { type Image, ImageName } from '#contract/image'
import { StreamByte } from '#contract/words'
import { type ContextFiles, contextStream, findDockerfile, requireFolder } from '../../build/context-stream.ts'
import { defineCommand } from '../../command/command.ts'
import type { Values } from '../../command/flags.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { parseClass } from '../../parse/class.ts'
import { parseSecret } from '../../parse/secret.ts'
import { type Channel, openChannel } from '../../streams/channel.ts'
import { createOutlet } from '../../streams/outlet.ts'
import { filterTerminals } from '../../tty/filtered-output.ts'

const flags = {
  tag: { type: 'string', short: 't', multiple: true, value: 'NAME', help: 'Call the image so: team/web:1.2.' },
  file: {
    type: 'string',
    short: 'f',
    value: 'FILE',
    help: 'The Dockerfile, which may lie elsewhere; - for standard input.',
  },
  'build-arg': {
    type: 'string',
    multiple: true,
    value: 'NAME[=VALUE]',
    help: 'Set an ARG of the Dockerfile; NAME alone takes it from here.',
  },
  target: { type: 'string', value: 'STAGE', help: 'End with this stage.' },
  secret: {
    type: 'string',
    multiple: true,
    value: 'id=ID,src=FILE',
    help: 'Give steps that ask for it a file that is in no image; env=NAME for a variable.',
  },
  class: {
    type: 'string',
    value: 'CLASS',
    help: 'Isolation class of the sandbox that it runs in: container or microvm.',
  },
  'no-cache': { type: 'boolean', help: 'Run every step again.' },
  pull: { type: 'boolean', help: 'Ask the registries for the images that it begins with, though they are here.' },
  quiet: { type: 'boolean', short: 'q', help: 'Print the digest only.' },
} as const

export const build = defineCommand({
  operands: 'CONTEXT',
  count: [1, 1],
  description:
    'Runs a Dockerfile in a sandbox of its own, walled as every other. CONTEXT is the folder that COPY copies from, without\n' +
    'what its .dockerignore names. Steps that were run before and have not changed are not run again.',
  flags,
  examples: [
    { line: 'joey build -t team/web:1.2 .', comment: 'Then: joey run team/web:1.2' },
    {
      line: 'joey build --target test --build-arg LEVEL=2 --class microvm .',
      comment: 'One stage, in a virtual machine of its own.',
    },
  ],
  async run({ flags: given, operands: [word = ''] }, context) {
    const folder = resolve(context.cwd, word)
    await requireFolder(folder)
    const file = await readDockerfile(context, folder, given.file)
    const secrets = given.secret.map((text) => parseSecret(text, context))
    const request = requestOf(given, file.text, context)
    const files = { folder, dockerfile: file.path, secrets }
    const image = await follow(context, { ...request, secrets: secrets.map(({ id }) => id) }, files, given)
    if (given.json) printJson(context.stdout, image)
    else printLine(context.stdout, given.quiet ? image.digest : (request.names[0] ?? image.digest))
    return ExitCode.ok
  },
})

async function readDockerfile(context: Context, folder: string, given: string | undefined) {
  if (given === '-') return { path: null, text: await readAll(context.stdin) }
  const path = given === undefined ? await findDockerfile(folder) : resolve(context.cwd, given)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw appError('path-unreadable', { path, code: error.code ?? 'unknown' }, { cause: error })
  })
  return { path, text }
}

function requestOf(given: Values<typeof flags>, dockerfile: string, context: Context) {
  for (const name of given.tag)
    if (!ImageName.safeParse(name).success) throw usageError('usage-build-tag', { text: name })
  return {
    ...{ type: 'build' as const, dockerfile, names: [...given.tag], args: readArguments(given['build-arg'], context) },
    ...{ noCache: given['no-cache'], pull: given.pull },
    ...(given.target !== undefined && { target: given.target }),
    ...(given.class !== undefined && { class: parseClass('--class', given.class) }),
  }
}

/** A name alone that is not set here either is not given, as in Docker. */
function readArguments(words: readonly string[], { env }: Context): Record<string, string> {
  return Object.fromEntries(
    words.flatMap((word) => {
      const at = word.indexOf('=')
      const value = at < 0 ? env[word] : word.slice(at + 1)
      return value === undefined ? [] : [[at < 0 ? word : word.slice(0, at), value]]
    }),
  )
}

type Request = Omit<BuildRequest, 'task'>

async function follow(
  context: Context,
  request: Request,
  files: ContextFiles,
  { quiet, json }: { readonly quiet: boolean; readonly json: boolean },
): Promise<Image> {
  let image: Image | undefined
  const outlet = createOutlet(() => channel)
  const shown = filterTerminals(context, 'quiet')
  const channel = openChannel<'buildStream'>(
    { socketPath: context.place.socketPath },
    'buildStream',
    {},
    {
      onMessage(message) {
        if (message.type === 'built') image = message.image
        else if (!quiet && !json) printNote(context, describePhase(message))
      },
      onBytes(frame) {
        // The name that it ends with is all of the output; what the steps say is beside it.
        if (!quiet && frame.length > 1 && frame[0] !== undefined && frame[0] <= StreamByte.stderr)
          outlet.write(shown.stderr, frame.subarray(1))
      },
    },
  )
  try {
    await channel.opened
    channel.send(request)
    await Promise.race([send(channel, files), channel.ended])
    await channel.ended
  } finally {
    channel.close()
    await outlet.flushed()
  }
  if (image === undefined) throw appError('agent-connection-lost', { during: 'command' })
  return image
}

async function send(channel: Channel<'buildStream'>, files: ContextFiles): Promise<void> {
  for await (const chunk of contextStream(files)) if (chunk.length > 0) await channel.sendBytes(chunk)
  channel.send({ type: 'contextEnd' })
}

/** What is being done beside the steps, which speak for themselves. */
function describePhase({ phase, subject }: Extract<BuildDown, { type: 'phase' }>): string {
  const words = {
    ...{ preparing: 'Preparing the sandbox of the build.', pulling: `Fetching ${subject} from its registry.` },
    ...{ handing: `Handing ${subject} to the build.`, building: 'Running the steps.', other: 'Working.' },
    importing: 'Taking the image in.',
  }
  return `joey: ${words[phase]}`
}
