import { formatBytes } from '#contract/byte-size'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { pullFlags } from '../shared/pull-flags.ts'
import { pullImage } from '../shared/pull-image.ts'

export const imagePull = defineCommand({
  operands: 'IMAGE',
  count: [1, 1],
  description:
    'Names are those of Docker: debian is debian:latest of its hub. Layers that are here are not fetched again, and what\n' +
    'broke off is taken up again.',
  flags: { ...pullFlags, quiet: { type: 'boolean', short: 'q', help: 'Print the name only.' } },
  examples: [
    { line: 'joey pull debian:12', comment: 'Then: joey run -it debian:12' },
    { line: 'joey pull localhost:5000/team/app:1', comment: 'From a registry of this machine.' },
  ],
  async run({ operands: [ref = ''], flags }, context) {
    const pulled = await pullImage(context, ref, flags['allow-host'])
    if (flags.json) printJson(context.stdout, pulled)
    else printLine(context.stdout, pulled.name)
    if (!flags.json && !flags.quiet) printNote(context, describePulled(pulled))
    return ExitCode.ok
  },
})

function describePulled({ fetchedBytes, fetchedLayers, totalLayers, manifest }: Pulled): string {
  const digest = manifest.slice(0, 19)
  if (fetchedLayers === 0) return `joey: ${digest} was here already; nothing was fetched.`
  return `joey: ${digest}: fetched ${fetchedLayers} of ${totalLayers} layers, ${formatBytes(fetchedBytes)}.`
}

type Pulled = Awaited<ReturnType<typeof pullImage>>
