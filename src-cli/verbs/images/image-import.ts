import { resolve } from 'node:path'
import { type Image, ImageName } from '#contract/image'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { withProgress } from '../../output/task-progress.ts'
import { printImported } from './print-imported.ts'

export const imageImport = defineCommand({
  operands: 'PATH',
  count: [1, 1],
  description: 'Takes what "docker save" writes, an OCI archive, or the folder of an OCI layout.',
  flags: { name: { type: 'string', value: 'NAME', help: 'Keep it under this name instead of those in the archive.' } },
  examples: [
    {
      line: 'docker save team/web:1.2 -o web.tar && joey image import web.tar',
      comment: 'Keeps the name team/web:1.2.',
    },
    {
      line: 'joey image import --name tools:latest ./layout',
      comment: 'Imports an OCI layout under a name of your own.',
    },
  ],
  async run({ operands: [path = ''], flags }, context) {
    if (path === '') throw usageError('usage-image-path-empty')
    if (flags.name !== undefined && !ImageName.safeParse(flags.name).success) {
      throw usageError('usage-image-name', { text: flags.name })
    }
    const name = flags.name === undefined ? {} : { name: flags.name }
    const before = await context.client.listImages({})
    const images = await withProgress(context, (task) =>
      context.client.importImage({ path: resolve(context.cwd, path), task, ...name }),
    )
    printImported(context, images, flags)
    for (const sentence of describeMoved(before, images)) printNote(context, sentence)
    return ExitCode.ok
  },
})

/** Names that meant another image until now. */
function describeMoved(before: readonly Image[], images: readonly Image[]): readonly string[] {
  return images.flatMap(({ digest: to, names }) =>
    before.flatMap(({ digest: from, names: had }) =>
      from === to
        ? []
        : had
            .filter((name) => names.includes(name))
            .map((name) => `joey: ${name} meant another image until now, which is kept as ${from.slice(7, 19)}.`),
    ),
  )
}
