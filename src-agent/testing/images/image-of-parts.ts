import { readFileSync } from 'node:fs'
import { type Entry, tarFile } from './tar-builder.ts'

/** Makes a layer a part of its own. */
const filler = Buffer.alloc(1_200_000)
const folderOf = (name: string): Entry => ({ name, type: '5', mode: 0o755 })
/** The lowest part: a shell and what it needs. Another for each text. */
export const baseOf = (text: string) =>
  tarFile([
    folderOf('bin/'),
    { name: 'bin/busybox', content: readFileSync('/usr/bin/busybox'), mode: 0o755 },
    ...['sh', 'cat', 'ls', 'sleep', 'rm', 'seq', 'wc'].map(
      (name) => ({ name: `bin/${name}`, type: '2', link: 'busybox' }) as const,
    ),
    ...['proc/', 'dev/', 'sys/', 'tmp/', 'etc/', 'data/', 'goes/', 'link/'].map(folderOf),
    { name: 'etc/passwd', content: 'root:x:0:0:root:/:/bin/sh\n' },
    { name: 'data/kept', content: 'base' },
    { name: 'data/changed', content: 'base' },
    { name: 'data/removed', content: 'base' },
    { name: 'goes/inside', content: 'base' },
    { name: 'link/inside', content: 'base' },
    { name: 'etc/of', content: text },
  ])

/** Removes, replaces and covers of what is below. */
export const middle = tarFile([
  { name: 'data/changed', content: 'middle' },
  { name: 'data/.wh.removed' },
  { name: '.wh.goes' },
  { name: 'link', type: '2', link: 'data' },
  { name: 'filler-1', content: filler },
])
/** Another for each text. */
export const topOf = (text: string) =>
  tarFile([
    { name: 'data/top', content: text },
    { name: 'filler-2', content: filler },
  ])
