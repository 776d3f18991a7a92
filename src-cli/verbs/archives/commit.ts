import type * as z from 'zod'
import type { commitTree } from '#contract/archive'
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

export const commit = defineCommand({
  operands: 'SANDBOX|SNAPSHOT NAME',
  count: [2, 2],
  description:
    'Makes an image of this machine of what is in a sandbox or snapshot: the layers of its image, and over them what was written.\n' +
    'It says what the sandbox runs with, unless --change says otherwise. Keys and passwords in it are in the image too.',
  flags: {
    change: {
      type: 'string',
      short: 'c',
      multiple: true,
      value: 'INSTRUCTION',
      help: 'CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME or WORKDIR, as in a Dockerfile.',
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
    const made = await withProgress(context, (task) => context.client.commitTree({ source, name, config, task }))
    for (const text of sayTexts(made.messages, made.messagesWordings, context.language ?? null)) {
      printNote(context, sanitize(text))
    }
    if (flags.json) printJson(context.stdout, [made.image])
    else printLine(context.stdout, made.image.digest)
    return ExitCode.ok
  },
})

type Config = NonNullable<z.input<(typeof commitTree)['request']>['config']>

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
  EXPOSE: (value, { exposedPorts = [] }) => ({ exposedPorts: [...exposedPorts, ...readList(value).map(readPort)] }),
  VOLUME: (value, { volumes = [] }) => ({ volumes: [...volumes, ...readList(value).map(readPlace)] }),
}

/** `80`, `53/udp`. */
function readPort(text: string): string {
  const [, port = '', kind = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/i.exec(text) ?? []
  if (Number(port) < 1 || Number(port) > 65_535) throw usageError('usage-instruction', { text: `EXPOSE ${text}` })
  return `${Number(port)}/${kind.toLowerCase()}`
}

function readPlace(text: string): string {
  if (!text.startsWith('/')) throw usageError('usage-instruction', { text: `VOLUME ${text}` })
  return text
}

/** Words, or a list of them in JSON. */
function readList(value: string): string[] {
  return value.startsWith('[') ? readArgv(value) : value.split(/\s+/)
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
