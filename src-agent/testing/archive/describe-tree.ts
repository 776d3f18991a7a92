import { run } from '../../base/process/run.ts'

const limit = { maxOutputBytes: 2 ** 28 }
const entry = '%P %y %m %U %G %T+ %l'

/**
 * A tree as text that is equal for equal trees as other engines have them, by find, sha256sum and getfattr: without sockets and
 * devices, without the marks of this machine's kernel and names of attributes that images cannot hold, and without where
 * holes are.
 */
export async function describeTree(folder: string): Promise<string> {
  const exclude = ['!', '-type', 's', '!', '-type', 'b', '!', '-type', 'c']
  const find = (...args: string[]) => run('find', [folder, ...args], limit)
  const folders = await find('-type', 'd', '-printf', `${entry}\\0`)
  const others = await find('!', '-type', 'd', ...exclude, '-printf', `${entry} %s\\0`)
  const inodes = await find('!', '-type', 'd', ...exclude, '-printf', '%D:%i %P\\0')
  const hash = ['-type', 'f', '-exec', 'sha256sum', '--zero', '{}', '+']
  const sums = await run('find', ['.', ...hash], { cwd: folder, ...limit })
  // It cannot ask device nodes, and says so by its exit code.
  const attributes = await run('getfattr', ['-R', '-h', '-d', '-e', 'hex', '-m', '^(user|security)\\.', '.'], {
    ...{ cwd: folder, okExitCodes: [0, 1], ...limit },
  })
  const sorted = (text: string, by: string) => text.split(by).filter(Boolean).sort()
  return [
    ...sorted(folders.stdout, '\0'),
    ...sorted(others.stdout, '\0'),
    ...linksIn(inodes.stdout),
    ...sorted(sums.stdout, '\0'),
    ...sorted(attributes.stdout, '\n\n').flatMap((block) => {
      const lines = block.split('\n').filter((line) => !/^\S*\\075/.test(line))
      return lines.length > 1 ? [lines.join('\n').slice(0, 500)] : []
    }),
  ].join('\n')
}

/** Names that are one file. How many names a file has is not read: the kernel counts those that a layer hides, too. */
function linksIn(listing: string): string[] {
  const names = new Map<string, string[]>()
  for (const line of listing.split('\0').filter(Boolean)) {
    const at = line.indexOf(' ')
    const inode = line.slice(0, at)
    names.set(inode, [...(names.get(inode) ?? []), line.slice(at + 1)])
  }
  return [...names.values()]
    .filter(({ length }) => length > 1)
    .map((group) => group.sort().join(' = '))
    .sort()
}

/** The first lines that one has and the other has not: a whole tree is too much to read. */
export function differenceOf(one: string, other: string): string[] {
  const [left, right] = [one.split('\n'), other.split('\n')]
  const [inLeft, inRight] = [new Set(left), new Set(right)]
  const lost = left.filter((line) => !inRight.has(line)).map((line) => `- ${line}`)
  const more = right.filter((line) => !inLeft.has(line)).map((line) => `+ ${line}`)
  return [...lost, ...more].slice(0, 20)
}
