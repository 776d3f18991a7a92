import { resolve } from 'node:path'
import { saveImages } from '#contract/archive'
import { ImageRef } from '#contract/image'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { withProgress } from '../../output/task-progress.ts'
import { toFile, toStandardOutput } from '../shared/archive-streams.ts'

const Format = saveImages.request.shape.format.unwrap()

export const imageSave = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'Writes images to one archive: to a file, or to standard output. docker-archive is for "docker load" and "podman load";\n' +
    'oci-archive, and oci (a folder), hold what was pulled or built as it came, with the same digests.',
  flags: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Where to; standard output if not given.' },
    format: { type: 'string', value: 'FORMAT', help: 'docker-archive (if not given), oci-archive or oci.' },
    force: { type: 'boolean', short: 'f', help: 'Replace the file if it exists.' },
  },
  examples: [
    { line: 'joey save -o images.tar web:1 db:2', comment: 'Both in one archive.' },
    { line: 'joey save --format oci-archive debian:12 | ssh other joey load', comment: 'To another machine.' },
  ],
  async run({ operands, flags }, context) {
    const format = Format.safeParse(flags.format ?? 'docker-archive')
    if (!format.success) throw usageError('usage-save-format', { text: flags.format ?? '' })
    for (const text of operands) if (!ImageRef.safeParse(text).success) throw usageError('usage-image-ref', { text })
    const save = (output: string) =>
      withProgress(context, (task) =>
        context.client.saveImages({
          ...{ refs: [...operands], format: format.data, output, replace: flags.force, task },
        }),
      )
    if (flags.output === undefined) {
      // A folder has no bytes of its own.
      if (format.data === 'oci') throw usageError('usage-output-missing')
      await toStandardOutput(context, save)
      return ExitCode.ok
    }
    const saved = await toFile(resolve(context.cwd, flags.output), save)
    if (flags.json) printJson(context.stdout, saved)
    else printLine(context.stdout, saved.output)
    return ExitCode.ok
  },
})
