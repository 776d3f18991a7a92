import { join } from 'node:path'
import type * as z from 'zod'
import type { exportTree } from '#contract/archive'
import { ImageName } from '#contract/image'
import { sayTexts } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { withProgress } from '../../output/task-progress.ts'
import { findTree } from '../../parse/tree-ref.ts'
import { parseLabels, splitWords } from '../../parse/words.ts'
import { withFolder } from '../shared/archive-streams.ts'

export const commit = defineCommand({
  operands: 'SANDBOX|SNAPSHOT NAME',
  count: [2, 2],
  description:
    'Makes an image of this machine of what is in a sandbox or snapshot: the content of its image, and over it what was written.\n' +
    'It says what the sandbox runs with, unless --change says otherwise. Keys and passwords in it are in the image too.',
  flags: {
    change: {
      type: 'string',
      short: 'c',
      multiple: true,
      value: 'INSTRUCTION',
      help: 'CMD, ENTRYPOINT, ENV, WORKDIR, USER or LABEL, as in a Dockerfile.',
    },
  },
  examples: [
    { line: 'joey commit web team/web:2', comment: 'The image that joey run team/web:2 starts.' },
    {
      line: 'joey commit -c \'CMD ["httpd", "-f"]\' -c ENV=MODE=live web team/web:2',
      comment: 'With another command.',
    },
  ],
  async run({ operands: [word = '', name = ''], flags }, context) {
    if (!ImageName.safeParse(name).success) throw usageError('usage-image-name', { text: name })
    const config = readInstructions(flags.change)
    const source = await findTree(context.client, word)
    if (source.startsWith('image:')) throw usageError('usage-image-not-exported')
    const images = await withFolder(async (folder) => {
      const output = join(folder, 'image.tar')
      const made = await withProgress(context, (task) =>
        context.client.exportTree({ source, format: 'oci', output, name, config, withSecrets: true, task }),
      )
      for (const text of sayTexts(made.messages, made.messagesWordings, context.language ?? null)) {
        printNote(context, sanitize(text))
      }
      return withProgress(context, (task) => context.client.importImage({ path: output, name, task }))
    })
    if (flags.json) printJson(context.stdout, images)
    else for (const { digest } of images) printLine(context.stdout, digest)
    return ExitCode.ok
  },
})

type Config = NonNullable<z.input<(typeof exportTree)['request']>['config']>

/** Reads `CMD ["sh"]`, `CMD=sh -c date`, `ENV NAME=VALUE`: a Dockerfile's instructions, also with = behind the word. */
export function readInstructions(texts: readonly string[]): Config {
  const config: Config = {}
  for (const text of texts) {
    const [, word = '', value = ''] = /^\s*([A-Za-z]+)[\s=]+([\s\S]*)$/.exec(text) ?? []
    const read = Object.hasOwn(instructions, word.toUpperCase()) ? instructions[word.toUpperCase()] : undefined
    if (!read) throw usageError('usage-instruction', { text })
    Object.assign(config, read(value.trim(), config))
  }
  return config
}

const instructions: Readonly<Record<string, (value: string, before: Config) => Config>> = {
  CMD: (value) => ({ command: readArgv(value) }),
  ENTRYPOINT: (value) => ({ entrypoint: readArgv(value) }),
  ENV: (value, { env }) => ({
    env: { ...env, ...parseLabels([/^[^\s=]+=/.test(value) ? value : value.replace(/\s+/, '=')]) },
  }),
  LABEL: (value, { labels }) => ({ labels: { ...labels, ...parseLabels([value]) } }),
  WORKDIR: (value) => ({ cwd: value }),
  USER: (value) => ({ user: value }),
}

/** A list in JSON is the program and its arguments; all else is a line for the shell, as in a Dockerfile. */
function readArgv(value: string): string[] {
  if (!value.startsWith('[')) return ['/bin/sh', '-c', value]
  try {
    const list: unknown = JSON.parse(value)
    if (Array.isArray(list) && list.every((each) => typeof each === 'string')) return list
  } catch {
    // Said below.
  }
  return splitWords('--change', value)
}
