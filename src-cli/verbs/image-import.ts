import { resolve } from 'node:path'
import { ImageName } from '#contract/image'
import { defineCommand } from '../command/command.ts'
import { usageError } from '../command/usage-error.ts'
import { printJson, printLine } from '../context.ts'
import { ExitCode } from '../exit-codes.ts'
import { withProgress } from '../output/task-progress.ts'

export const imageImport = defineCommand({
  operands: 'PATH',
  count: [1, 1],
  description: 'Takes what "docker save" writes, an OCI archive, or the folder of an OCI layout.',
  flags: { name: { type: 'string', value: 'NAME', help: 'Keep it under this name instead of those in the archive.' } },
  examples: [
    { line: 'docker save team/web:1.2 -o web.tar && joey image import web.tar', says: 'Keeps the name team/web:1.2.' },
    { line: 'joey image import --name tools:latest ./layout', says: 'Imports an OCI layout under a name of your own.' },
  ],
  async run({ operands: [path = ''], flags }, context) {
    if (path === '') throw usageError('The path of the image is empty.')
    if (flags.name !== undefined && !ImageName.safeParse(flags.name).success) {
      throw usageError(`--name ${flags.name}: an image name is lower case, as in team/web:1.2.`)
    }
    const name = flags.name === undefined ? {} : { name: flags.name }
    const images = await withProgress(context, (task) =>
      context.client.importImage({ path: resolve(context.cwd, path), task, ...name }),
    )
    if (flags.json) printJson(context.stdout, images)
    else for (const image of images) printLine(context.stdout, image.names.join(', ') || image.digest)
    return ExitCode.ok
  },
})
