import { resolve } from 'node:path'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { ExitCode } from '../../exit-codes.ts'
import { withProgress } from '../../output/task-progress.ts'
import { fromStandardInput } from '../shared/archive-streams.ts'
import { printImported } from './print-imported.ts'

export const imageLoad = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'Takes every image of an archive of docker or of the OCI, with their names: from a file, or from standard input. Where one\n' +
    'cannot be taken none is; one called as the built-in image is left out. "joey image import" also takes the folder of an OCI layout.',
  flags: { input: { type: 'string', short: 'i', value: 'FILE', help: 'The archive; standard input if not given.' } },
  examples: [
    { line: 'joey load -i images.tar', comment: 'What "docker save" or "podman save -m" has written.' },
    { line: 'ssh other docker save web:1 db:1 | joey load', comment: 'From another machine.' },
  ],
  async run({ flags }, context) {
    const read = (path: string) =>
      withProgress(context, (task) => context.client.importImage({ path: resolve(context.cwd, path), task }))
    if (flags.input === undefined && context.stdin.isTTY) throw usageError('usage-load-input')
    const images = flags.input === undefined ? await fromStandardInput(context, read) : await read(flags.input)
    printImported(context, images, flags)
    return ExitCode.ok
  },
})
