import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { ImageName, type Task } from '#contract/image'
import { eventStream } from '#contract/observe'
import { defineCommand } from '../command/command.ts'
import { usageError } from '../command/usage-error.ts'
import { type Context, printJson, printLine } from '../context.ts'
import { ExitCode } from '../exit-codes.ts'
import { openChannel } from '../streams/channel.ts'

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
    const task = randomUUID()
    const hideProgress = showProgress(context, task)
    const name = flags.name === undefined ? {} : { name: flags.name }
    const images = await context.client
      .importImage({ path: resolve(context.cwd, path), task, ...name })
      .finally(hideProgress)
    if (flags.json) printJson(context.stdout, images)
    else for (const image of images) printLine(context.stdout, image.names.join(', ') || image.digest)
    return ExitCode.ok
  },
})

const clearLine = '\r\x1b[K'

/** One line that follows the work, on a terminal only; the answer takes it away. Losing it must not fail the import. */
function showProgress({ stderr, place }: Context, task: string): () => void {
  if (!stderr.isTTY) return () => undefined
  const channel = openChannel(
    { socketPath: place.socketPath },
    eventStream,
    {},
    {
      onMessage(event) {
        if (event.type === 'task.changed' && event.task.id === task)
          stderr.write(`${clearLine}${describeTask(event.task)}`)
      },
    },
  )
  return () => {
    channel.close()
    stderr.write(clearLine)
  }
}

function describeTask({ phase, progress }: Task): string {
  return `${phase[0]?.toUpperCase()}${phase.slice(1)}${progress === null ? '…' : ` ${Math.round(progress * 100)} %`}`
}
