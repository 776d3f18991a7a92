import { createHash } from 'node:crypto'
import { run } from '../../base/process/run.ts'

/**
 * A layer as text that is equal for equal layers, made by other programs than those under test: GNU tar for names, kinds,
 * modes, owners, nanoseconds, attributes, hard links, devices and contents; find for sockets and for the room that holes save.
 */
export async function describeLayer(layer: string): Promise<string> {
  const archive = `${layer}.oracle.tar`
  const pax = '--pax-option=exthdr.name=%d/%f,delete=atime,delete=ctime'
  const attributes = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--sort=name']
  await run('tar', [
    '-c',
    '-f',
    archive,
    '-C',
    layer,
    '--format=pax',
    pax,
    ...attributes,
    '--warning=no-file-ignored',
    '.',
  ])
  const hash = await run('sha256sum', [archive])
  const listing = await run('tar', [
    '-t',
    '-v',
    '-v',
    '--full-time',
    '--numeric-owner',
    '--quoting-style=escape',
    '-f',
    archive,
  ])
  const special = await run('find', [layer, '-type', 's', '-printf', '%P %y %m %U %G %.19T+ \\n'])
  const room = await run('find', [layer, '-type', 'f', '-printf', '%P %s %b\\n'])
  await run('rm', [archive])
  const lines = (text: string) => text.split('\n').sort().join('\n')
  return [
    listing.stdout,
    lines(special.stdout),
    lines(room.stdout),
    createHash('sha256').update(hash.stdout.slice(0, 64)).digest('hex'),
  ].join('\n')
}
