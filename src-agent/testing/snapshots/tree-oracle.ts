import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../base/process/run.ts'

/** A tree as text that is equal for equal trees, made by GNU tar: names, kinds, modes, owners, times, attributes, links, contents. */
export async function describeTree(tree: string): Promise<string> {
  const archive = `${tree}.oracle.tar`
  const pax = '--pax-option=exthdr.name=%d/%f,delete=atime,delete=ctime'
  const how = ['--format=pax', pax, '--xattrs', '--xattrs-include=*', '--numeric-owner', '--sort=name']
  await run('tar', ['-c', '-f', archive, '-C', tree, ...how, '--warning=no-file-ignored', '.'])
  const listing = await run('tar', [
    '-t',
    '-v',
    '--full-time',
    '--numeric-owner',
    '--quoting-style=escape',
    '-f',
    archive,
  ])
  const sum = await run('sha256sum', ['-b', archive])
  await rm(archive)
  return `${listing.stdout}\n${sum.stdout.slice(0, 64)}`
}

/** The kernel's own view of a chain (the topmost first): mounted with a writable layer, or without one. */
export async function withMounted<T>(
  place: string,
  chain: readonly string[],
  writable: { upper: string; work: string } | null,
  work: (root: string) => Promise<T>,
): Promise<T> {
  const root = join(place, 'mounted')
  const empty = join(place, 'empty')
  for (const folder of [root, empty]) await mkdir(folder, { recursive: true })
  const top = writable && existsSync(writable.upper) ? `,upperdir=${writable.upper},workdir=${writable.work}` : ''
  await run('mount', ['-t', 'overlay', '-o', `lowerdir=${[...chain, empty].join(':')}${top}`, 'oracle', root])
  try {
    return await work(root)
  } finally {
    await run('umount', [root])
  }
}
