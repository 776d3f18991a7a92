import { basename, resolve } from 'node:path'
import { formatBytes } from '#contract/byte-size'
import { formatMode } from '#contract/file-mode'
import type { FileEntry } from '#contract/files'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { sanitize } from '../../output/sanitize.ts'
import type { Column } from '../../output/table.ts'
import { withProgress } from '../../output/task-progress.ts'
import { count } from '../../output/words.ts'
import { findPlace } from '../../parse/tree-ref.ts'
import { openChannel } from '../../streams/channel.ts'
import { createOutlet } from '../../streams/outlet.ts'
import { printCopied } from './print-copied.ts'

const kindLetters = { file: '-', folder: 'd', link: 'l', fifo: 'p', socket: 's', char: 'c', block: 'b' } as const
const markLetters = { same: ' ', added: 'A', changed: 'C', deleted: 'D', 'changed-below': '+' } as const

const columns: readonly Column<FileEntry>[] = [
  { title: '', cell: ({ mark }) => markLetters[mark] },
  { title: 'MODE', cell: ({ kind, mode }) => `${kindLetters[kind]}${formatMode(mode)}` },
  { title: 'OWNER', cell: ({ user, uid, group, gid }) => `${user ?? uid}:${group ?? gid}` },
  { title: 'SIZE', align: 'right', cell: ({ size, kind }) => (kind === 'file' ? formatBytes(size) : '-') },
  { title: 'MODIFIED', cell: ({ modifiedAt }) => modifiedAt.slice(0, 16).replace('T', ' ') },
  { title: 'NAME', cell: ({ name, target }) => (target === null ? name : `${name} -> ${target}`) },
]
const step = 5_000

export const filesLs = defineCommand({
  operands: 'TREE[:PATH]',
  count: [1, 1],
  description:
    'A tree is a sandbox, a snapshot (web@before) or an image (image:busybox), running or not, with or without a shell.\n' +
    'Marks show what differs from the image: A added, C changed, D deleted, + something below has changed.',
  flags: { names: { type: 'boolean', short: '1', help: 'Only names.' } },
  examples: [
    { line: 'joey files ls web:/etc', comment: 'A folder of a sandbox.' },
    { line: 'joey files ls image:busybox:/bin', comment: 'A folder of an image.' },
  ],
  async run({ operands: [word = ''], flags }, context) {
    const place = await findPlace(context.client, word)
    const entries: FileEntry[] = []
    for (;;) {
      const part = await context.client.listFiles({ ...place, offset: entries.length, limit: step })
      entries.push(...part.entries)
      if (part.entries.length === 0 || entries.length >= part.total) break
    }
    if (flags.json) printJson(context.stdout, entries)
    else if (flags.names) for (const { name } of entries) printLine(context.stdout, sanitize(name))
    else printTable(context, columns, entries)
    return ExitCode.ok
  },
})

export const filesCat = defineCommand({
  operands: 'TREE:PATH',
  count: [1, 1],
  description: 'The bytes of a file, as they are. A link is not followed.',
  flags: {},
  examples: [{ line: 'joey files cat web:/var/log/app.log', comment: 'Also from a stopped sandbox.' }],
  async run({ operands: [word = ''] }, context) {
    const place = await findPlace(context.client, word)
    const outlet = createOutlet(() => channel)
    const channel = openChannel({ socketPath: context.place.socketPath }, 'fileStream', place, {
      onMessage: () => undefined,
      onBytes: (bytes) => outlet.write(context.stdout, bytes),
    })
    await channel.ended
    await outlet.flushed()
    return ExitCode.ok
  },
})

export const filesPut = defineCommand({
  operands: 'FILE [FILE...] SANDBOX:PATH',
  count: [2, Number.POSITIVE_INFINITY],
  description: 'Copies files and folders of this machine into a sandbox.',
  flags: { replace: { type: 'boolean', short: 'f', help: 'Replace files that exist.' } },
  examples: [{ line: 'joey files put ./site web:/srv', comment: 'The folder becomes /srv/site.' }],
  async run({ operands, flags }, context) {
    const { tree, path: target } = await findPlace(context.client, operands.at(-1) ?? '')
    const sources = operands.slice(0, -1).map((path) => resolve(context.cwd, path))
    const result = await withProgress(context, (task) =>
      context.client.putFiles({ tree, sources, target, replace: flags.replace, task }),
    )
    return printCopied(context, result, flags.json)
  },
})

export const filesGet = defineCommand({
  operands: 'TREE:PATH [TREE:PATH...] FOLDER',
  count: [2, Number.POSITIVE_INFINITY],
  description:
    'Copies files and folders of a tree into a folder of this machine. What would lead out of it is left out, and listed.',
  flags: { replace: { type: 'boolean', short: 'f', help: 'Replace files that exist.' } },
  examples: [{ line: 'joey files get web:/var/log .', comment: 'The folder becomes ./log.' }],
  async run({ operands, flags }, context) {
    const places = []
    for (const word of operands.slice(0, -1)) places.push(await findPlace(context.client, word))
    const [first] = places
    if (!first || places.some(({ tree }) => tree !== first.tree)) throw usageError('usage-trees-differ')
    const wish = { tree: first.tree, paths: places.map(({ path }) => path), replace: flags.replace }
    const target = resolve(context.cwd, operands.at(-1) ?? '')
    const result = await withProgress(context, (task) => context.client.getFiles({ ...wish, target, task }))
    return printCopied(context, result, flags.json)
  },
})

export const filesFind = defineCommand({
  operands: 'TREE[:PATH] [NAME]',
  count: [1, 2],
  description: 'Searches names, where * and ? stand for anything, and with --content text files.',
  flags: {
    content: { type: 'string', short: 'c', value: 'TEXT', help: 'Files that have this text.' },
    limit: { type: 'string', value: 'N', help: 'So many at most; 1000 otherwise.' },
  },
  examples: [
    { line: "joey files find web '*.conf'", comment: 'By name.' },
    { line: 'joey files find web:/etc --content nameserver', comment: 'By content.' },
  ],
  async run({ operands: [word = '', name = ''], flags }, context) {
    const text = flags.limit ?? '1000'
    const limit = Number(text)
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
      throw usageError('usage-number', { option: '--limit', text, least: 1, most: 10_000 })
    const { tree, path } = await findPlace(context.client, word)
    const request = { tree, path, name, content: flags.content ?? '', limit }
    const found: unknown[] = []
    const channel = openChannel({ socketPath: context.place.socketPath }, 'findStream', request, {
      onMessage(message) {
        if (message.type === 'found' && flags.json) found.push(...message.files)
        else if (message.type === 'found')
          for (const each of message.files) {
            const line = each.line === null ? '' : `:${each.lineNumber ?? 0}: ${each.line}`
            printLine(context.stdout, sanitize(`${each.path}${line}`))
          }
        else if (message.type === 'end' && message.truncated) printNote(context, 'There are more. Raise --limit.')
      },
    })
    await channel.ended
    if (flags.json) printJson(context.stdout, found)
    return ExitCode.ok
  },
})

export const filesDu = defineCommand({
  operands: 'TREE[:PATH]',
  count: [1, 1],
  description: 'What eats the disk: sizes of the entries of a folder, with all that is in them, the largest first.',
  flags: { own: { type: 'boolean', help: 'Only what the sandbox itself has written.' } },
  examples: [{ line: 'joey files du web --own', comment: 'Where its writes went.' }],
  async run({ operands: [word = ''], flags }, context) {
    const place = await findPlace(context.client, word)
    const result = await context.client.measureFiles({ ...place, own: flags.own })
    if (flags.json) printJson(context.stdout, result)
    else {
      printTable(context, sizeColumns, result.entries)
      printNote(
        context,
        `${basename(result.path) || '/'}: ${formatBytes(result.bytes)} in ${count(result.files, 'file')}`,
      )
    }
    return ExitCode.ok
  },
})

const sizeColumns: readonly Column<{
  readonly name: string
  readonly kind: string
  readonly bytes: number
  readonly files: number
}>[] = [
  { title: 'SIZE', align: 'right', cell: ({ bytes }) => formatBytes(bytes) },
  { title: 'FILES', align: 'right', cell: ({ files }) => String(files) },
  { title: 'NAME', cell: ({ name, kind }) => (kind === 'folder' ? `${name}/` : name) },
]
