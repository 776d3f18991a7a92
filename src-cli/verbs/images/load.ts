import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { withProgress } from '../../output/task-progress.ts'

export const imageLoad = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'Takes every image of an archive of docker or of the OCI, with their names: from a file, or from standard input. Where one\n' +
    'cannot be taken none is. "joey image import" also takes the folder of an OCI layout.',
  flags: { input: { type: 'string', short: 'i', value: 'FILE', help: 'The archive; standard input if not given.' } },
  examples: [
    { line: 'joey load -i images.tar', comment: 'What "docker save" or "podman save -m" has written.' },
    { line: 'ssh other docker save web:1 db:1 | joey load', comment: 'From another machine.' },
  ],
  async run({ flags }, context) {
    const read = (path: string) =>
      withProgress(context, (task) => context.client.importImage({ path: resolve(context.cwd, path), task }))
    const images = flags.input === undefined ? await withInput(context.stdin, read) : await read(flags.input)
    if (flags.json) printJson(context.stdout, images)
    else for (const image of images) printLine(context.stdout, image.names.join(', ') || image.digest)
    return ExitCode.ok
  },
})

/** The agent reads files: an archive has its table at its end. */
async function withInput<T>(stdin: NodeJS.ReadStream, read: (path: string) => Promise<T>): Promise<T> {
  if (stdin.isTTY) throw usageError('usage-load-input')
  return withFolder(async (folder) => {
    const path = join(folder, 'images.tar')
    await pipeline(stdin, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return read(path)
  })
}

/** A folder of the caller alone, for as long as the work takes. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'joey-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
