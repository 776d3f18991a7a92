import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Client } from '#contract/client/client'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import type { Context } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { withProgress } from '../../output/task-progress.ts'
import { findPlace, type Place } from '../../parse/tree-ref.ts'
import { fromStandardInput, standardStream, toStandardOutput } from '../shared/archive-streams.ts'
import { printCopied } from './print-copied.ts'

type Copied = Awaited<ReturnType<Client['putFiles']>>

export const cp = defineCommand({
  operands: 'SOURCE TARGET',
  count: [2, 2],
  description:
    'Copies a file or folder, as docker cp does: one of the two, or both, is NAME:PATH. A folder that is there gets the source\n' +
    'in it, else TARGET is its new name; files that are there are replaced. SOURCE/. is what is in the folder SOURCE.\n' +
    'Links on the way to a TARGET inside lead where they lead there. What is mounted in the sandbox is not copied. - is a tar file\n' +
    'on standard input, unpacked in the folder TARGET, or one of the SOURCE on standard output; both with the owners inside.',
  flags: { quiet: { type: 'boolean', short: 'q', help: 'Do not say how much was copied.' } },
  docker: { '--archive': 'archive', '-a': 'archive', '--follow-link': 'followLink', '-L': 'followLink' },
  examples: [
    {
      line: 'joey cp web:/etc/passwd .',
      comment: 'Also from a stopped sandbox, a snapshot (web@before) or image:busybox.',
    },
    { line: 'joey cp ./site/. web:/srv', comment: 'What is in ./site is in /srv then.' },
    { line: 'joey cp web:/etc - | tar -t', comment: 'What a tar file of it holds.' },
    { line: 'tar -c site | joey cp - web:/srv', comment: 'With the owners and modes of the tar file.' },
  ],
  async run({ operands: [source = '', target = ''], flags }, context) {
    const [from, to] = [insideOf(source), insideOf(target)]
    if (from === null && to === null) throw usageError('usage-cp-sides')
    if (from !== null && target === standardStream) return writeOut(context, from, flags)
    const result =
      from !== null && to !== null
        ? await copyAcross(context, from, to)
        : from !== null
          ? await copyOut(context, from, target)
          : source === standardStream
            ? await unpackIn(context, to ?? '')
            : await copyIn(context, source, to ?? '')
    return flags.quiet ? ExitCode.ok : printCopied(context, result, flags.json)
  },
})

/** The archive is all of standard output, so what there is to say goes to the other. */
async function writeOut(context: Context, inside: string, { quiet }: { readonly quiet: boolean }): Promise<number> {
  if (context.stdout.isTTY) throw usageError('usage-cp-terminal', { stream: 'out' })
  const place = await findPlace(context.client, inside)
  const { path, content } = readPath(place.path)
  let copied: Copied | undefined
  await toStandardOutput(context, async (output) => {
    const request = { tree: place.tree, path, content, output }
    copied = await withProgress(context, (task) => context.client.getArchive({ ...request, task }))
  })
  return quiet || copied === undefined ? ExitCode.ok : printCopied(context, copied, false)
}

async function unpackIn(context: Context, inside: string): Promise<Copied> {
  if (context.stdin.isTTY) throw usageError('usage-cp-terminal', { stream: 'in' })
  const place = await findPlace(context.client, inside)
  const request = { tree: place.tree, target: readPath(place.path).path }
  return fromStandardInput(context, (source) =>
    withProgress(context, (task) => context.client.putArchive({ ...request, source, task })),
  )
}

/** `web:/etc/hosts` and, as Docker takes it, `web:etc/hosts`; null for a path of this machine: there a slash comes before the colon. */
function insideOf(word: string): string | null {
  const colon = word.indexOf(':')
  if (colon < 1 || /[/.~]/.test(word[0] ?? '') || word.slice(0, colon).includes('/')) return null
  if (word.includes(':/')) return word
  return `${word.slice(0, colon)}:/${word.slice(colon + 1)}`
}

/** Whether what is in the folder is meant, and the path without the words for that, or for being a folder. */
function readPath(path: string): { readonly path: string; readonly content: boolean; readonly folder: boolean } {
  const content = path.endsWith('/.')
  const bare = path.replace(/\/+\.?$/, '')
  return { path: bare === '' ? '/' : bare, content, folder: content || path.endsWith('/') }
}

async function copyIn(context: Context, source: string, inside: string): Promise<Copied> {
  const { client, cwd } = context
  const from = readPath(source)
  const place = await findPlace(client, inside)
  const to = readPath(place.path)
  const path = resolve(cwd, from.path)
  const isFolder = await client.listFiles({ tree: place.tree, path: to.path, follow: true, limit: 1 }).then(
    () => true,
    () => false,
  )
  if (to.folder && !isFolder && !from.content) throw usageError('usage-cp-no-folder', { path: inside })
  const names = from.content ? readdirSync(path) : null
  if (names !== null && !isFolder) {
    await client.changeFiles({ tree: place.tree, change: { kind: 'makeFolder', path: to.path } })
  }
  if (names?.length === 0) return { files: 0, bytes: 0, skipped: [] }
  const sources = names === null ? [path] : names.map((name) => join(path, name))
  const request = { tree: place.tree, sources, target: to.path, replace: true }
  return withProgress(context, (task) => client.putFiles({ ...request, task }))
}

async function copyOut(context: Context, inside: string, target: string): Promise<Copied> {
  const place = await findPlace(context.client, inside)
  const { path, content } = readPath(place.path)
  const to = resolve(context.cwd, target)
  const stat = statSync(to, { throwIfNoEntry: false })
  const get = (paths: readonly string[], folder: string) =>
    withProgress(context, (task) =>
      context.client.getFiles({ tree: place.tree, paths: [...paths], target: folder, replace: true, task }),
    )
  if (content) {
    const paths = await pathsIn(context.client, { ...place, path })
    // It may be empty because something is mounted on it, which is refused.
    if (paths.length === 0) await inScratch(dirname(to), (folder) => get([path], folder))
    if (stat === undefined) mkdirSync(to)
    return paths.length === 0 ? { files: 0, bytes: 0, skipped: [] } : get(paths, to)
  }
  if (stat?.isDirectory()) return get([path], to)
  if (target.endsWith('/') || !statSync(dirname(to), { throwIfNoEntry: false })?.isDirectory()) {
    throw usageError('usage-cp-no-folder', { path: target })
  }
  return getAs(to, (folder) => get([path], folder))
}

/** Under another name: beside its place first, so that it is there whole or not at all. */
function getAs(to: string, get: (folder: string) => Promise<Copied>): Promise<Copied> {
  return inScratch(dirname(to), async (folder) => {
    const result = await get(folder)
    const [name] = readdirSync(folder, { encoding: 'buffer' })
    if (name !== undefined) renameSync(Buffer.concat([Buffer.from(`${folder}/`), name]), to)
    return result
  })
}

async function inScratch<T>(beside: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(beside, '.joey-cp-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** By way of this machine. */
async function copyAcross(context: Context, from: string, to: string): Promise<Copied> {
  const folder = mkdtempSync(join(tmpdir(), 'joey-cp-'))
  try {
    await copyOut(context, from, folder)
    const { content, path } = readPath(from)
    return await copyIn(context, content ? `${folder}/.` : join(folder, basename(path)), to)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function pathsIn(client: Context['client'], place: Place): Promise<string[]> {
  const names: string[] = []
  for (;;) {
    const part = await client.listFiles({ ...place, offset: names.length, limit: 1000 })
    names.push(...part.entries.map(({ name }) => name))
    if (part.entries.length === 0 || names.length >= part.total) break
  }
  return names.map((name) => (place.path === '/' ? `/${name}` : `${place.path}/${name}`))
}
