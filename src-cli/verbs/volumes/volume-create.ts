import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { parseLabels } from '../../parse/words.ts'
import { volumeName } from './volume-name.ts'

export const volumeCreate = defineCommand({
  operands: '[NAME]',
  count: [0, 1],
  description:
    'Makes an empty volume; "joey run -v NAME:/path" does too, where there is none. One that is there stays as it is.',
  flags: {
    label: { type: 'string', short: 'l', multiple: true, value: 'NAME=VALUE', help: 'Attach a label.' },
  },
  examples: [{ line: 'joey volume create data', comment: 'For joey run -v data:/var/lib/data.' }],
  async run({ operands: [name], flags }, context) {
    const volume = await context.client.createVolume({
      ...(name === undefined ? {} : { name: volumeName(name) }),
      labels: parseLabels(flags.label),
    })
    if (flags.json) printJson(context.stdout, volume)
    else printLine(context.stdout, volume.name)
    return ExitCode.ok
  },
})
