/** One entry of an archive; folders come before what is in them. */
export interface ArchiveEntry {
  readonly name: string
  /** Type and permissions as in `st_mode`. */
  readonly mode: number
  readonly content?: Uint8Array
  /** Of a device node. */
  readonly device?: { readonly major: number; readonly minor: number }
}

const folder = 0o040755
const program = 0o100755
const console = 0o020600

/** The initramfs: our init, a console for it to speak on before it has mounted anything, and the program of the self-test. */
export function buildInitramfs(init: Uint8Array, inside: Uint8Array | null): Buffer {
  return writeArchive([
    { name: 'dev', mode: folder },
    { name: 'dev/console', mode: console, device: { major: 5, minor: 1 } },
    { name: 'init', mode: program, content: init },
    ...(inside === null ? [] : [{ name: 'inside', mode: program, content: inside }]),
  ])
}

/**
 * A cpio archive in the "newc" format (kernel documentation, driver-api/early-userspace/buffer-format), the same bytes
 * for the same entries: everything belongs to root and dates from 1970.
 */
export function writeArchive(entries: readonly ArchiveEntry[]): Buffer {
  const parts = entries.map((entry, index) => writeEntry(entry, index + 1))
  parts.push(writeEntry({ name: 'TRAILER!!!', mode: 0 }, 0))
  return pad(Buffer.concat(parts), 512)
}

function writeEntry({ name, mode, content = new Uint8Array(), device }: ArchiveEntry, inode: number): Buffer {
  const fields = [
    ...[inode, mode, 0, 0, 1, 0, content.length],
    ...[0, 0, device?.major ?? 0, device?.minor ?? 0, Buffer.byteLength(name) + 1, 0],
  ]
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`
  return Buffer.concat([pad(Buffer.from(header), 4), pad(Buffer.from(content), 4)])
}

function pad(bytes: Buffer, unit: number): Buffer {
  const rest = bytes.length % unit
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(unit - rest)])
}
