import { run } from '../../base/process/run.ts'

/**
 * What people do to files. `$1` is one that exists, and may be a link to a file or a folder of this machine: nothing here may
 * go through it.
 */
const changes = [
  'rm -rf "$1"',
  'rm -rf "$1"; mkdir "$1"; echo new > "$1/inner"',
  'rm -rf "$1"; echo file > "$1"',
  'rm -rf "$1"; ln -s /nowhere/at/all "$1"',
  'test -L "$1" || chmod 711 "$1"',
  'chown -h 77:88 "$1"',
  'setfattr -h -n user.changed -v 1 "$1"',
  'cp -aT --remove-destination "$1" "$1.copy"; rm -rf "$1"',
  'mv -T "$1" "$1.moved" || true',
  'test -L "$1" || mkdir -p "$1/deeper/still"',
  'touch -h "$1"',
  'test ! -L "$1" && test -f "$1" && cp -aT --remove-destination "$1" "$1.tmp" && mv -T "$1.tmp" "$1"',
  'test ! -L "$1" && test -f "$1" && printf x | dd of="$1" bs=1 conv=notrunc',
]

/** Changes a tree at random places. Over an overlay, the kernel is the one who notes it in the upper folder. */
export async function changeTree(root: string, count: number, random: (below: number) => number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const found = await run('find', [root, '-mindepth', '1', '-name', '[a-z]*', '-print0'])
    // A name may hold the end of a line, behind which another path would begin: one of this machine.
    const paths = found.stdout.split('\0').filter((path) => /^[\x20-\x7e]+$/.test(path))
    const [path, change] = [paths[random(paths.length)], changes[random(changes.length)]]
    if (path && change) await run('sh', ['-c', change, 'change', path], { okExitCodes: [0, 1, 2] })
  }
}
