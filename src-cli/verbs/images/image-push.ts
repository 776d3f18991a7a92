import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { pullFlags } from '../shared/pull-flags.ts'
import { pushImage } from '../shared/pull-image.ts'

export const imagePush = defineCommand({
  operands: 'IMAGE',
  count: [1, 1],
  description:
    'Gives an image to the registry in its name, as it was pulled: with the same digests. Of a sandbox an image is made\n' +
    'and pushed by: joey export SANDBOX --format push',
  flags: pullFlags,
  examples: [
    {
      line: 'joey tag debian:12 localhost:5000/base:1 && joey push localhost:5000/base:1',
      comment: 'Puts it into a registry of this machine.',
    },
  ],
  async run({ operands: [ref = ''], flags }, context) {
    const pushed = await pushImage(context, ref, flags['allow-host'])
    if (flags.json) printJson(context.stdout, pushed)
    else printLine(context.stdout, `${pushed.name} ${pushed.manifest}`)
    return ExitCode.ok
  },
})
