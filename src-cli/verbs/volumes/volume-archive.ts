import { resolve } from 'node:path'
import { formatBytes } from '#contract/byte-size'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { withProgress } from '../../output/task-progress.ts'
import { fromStandardInput, standardStream, toFile, toStandardOutput } from '../shared/archive-streams.ts'
import { volumeName } from './volume-name.ts'

export const volumeExport = defineCommand({
  operands: 'VOLUME',
  count: [1, 1],
  description:
    'Writes what is in a volume to a tar file, or to standard output, with the owners that it has inside. Sandboxes may use it\n' +
    'meanwhile; what they write then may be in it or not.',
  flags: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Where to; - or none is standard output.' },
    force: { type: 'boolean', short: 'f', help: 'Replace the file if it exists.' },
  },
  examples: [
    { line: 'joey volume export data -o data.tar', comment: 'A copy of all that is in it.' },
    { line: 'joey volume export data | ssh other joey volume import data', comment: 'To another machine.' },
  ],
  async run({ operands: [word = ''], flags }, context) {
    const name = volumeName(word)
    const write = async (output: string) => {
      const made = await withProgress(context, (task) =>
        context.client.exportVolume({ name, output, replace: flags.force, task }),
      )
      sayLeftOut(context, made.leftOut, 'socket')
      return made
    }
    const { output = standardStream } = flags
    if (output === standardStream) await toStandardOutput(context, write)
    else {
      const made = await toFile(resolve(context.cwd, output), write)
      if (flags.json) printJson(context.stdout, made)
      else printLine(context.stdout, made.output)
    }
    return ExitCode.ok
  },
})

export const volumeImport = defineCommand({
  operands: 'VOLUME [FILE]',
  count: [1, 2],
  description:
    'Makes a tar file, compressed or not, the content of a volume that no sandbox uses; one that is not there is made. An archive that\n' +
    'cannot be taken whole changes nothing. Without FILE, or with -, it is read from standard input.',
  flags: { force: { type: 'boolean', short: 'f', help: 'Replace what the volume holds.' } },
  examples: [
    { line: 'joey volume import data data.tar', comment: 'What joey volume export, or tar, has written.' },
    { line: 'tar -c -C site . | joey volume import -f site', comment: 'The files of a folder, with their owners.' },
  ],
  async run({ operands: [word = '', file = standardStream], flags }, context) {
    const name = volumeName(word)
    const read = (path: string) =>
      withProgress(context, (task) => context.client.importVolume({ name, path, replace: flags.force, task }))
    if (file === standardStream && context.stdin.isTTY) throw usageError('usage-volume-input')
    const made =
      file === standardStream ? await fromStandardInput(context, read) : await read(resolve(context.cwd, file))
    sayLeftOut(context, made.leftOut, 'device')
    if (flags.json) printJson(context.stdout, made)
    else {
      printLine(context.stdout, name)
      printNote(context, `${made.files} ${made.files === 1 ? 'entry' : 'entries'}, ${formatBytes(made.bytes)}.`)
    }
    return ExitCode.ok
  },
})

function sayLeftOut(context: Context, count: number, what: string): void {
  if (count > 0) printNote(context, `${count} ${what}${count === 1 ? ' was' : 's were'} left out.`)
}
