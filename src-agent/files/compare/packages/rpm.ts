import { sentence } from '#contract/sentence'
import { type PackageSink, packageUrl } from './package-sink.ts'
import type { ReadRpmDatabase } from './rpm-database.ts'
import type { RpmPackage } from './rpm-header.ts'
import type { TreeText } from './tree-text.ts'

const folders = ['var/lib/rpm', 'usr/lib/sysimage/rpm']
/** Berkeley DB and rpm's own format before SQLite. */
const olderNames = ['Packages', 'Packages.db']
const mostBytes = 256 * 2 ** 20

/** The record of rpm. `readDatabase` opens what the guest has written, and MUST do that outside of the agent's process. */
export async function readRpm(text: TreeText, sink: PackageSink, readDatabase: ReadRpmDatabase): Promise<void> {
  for (const folder of folders) {
    for (const name of olderNames) {
      if (await text.has(`${folder}/${name}`)) sink.note(sentence('packages-rpm-older'))
    }
    const path = `${folder}/rpmdb.sqlite`
    if (!(await text.has(path))) continue
    const database = await text.readBytes(path, mostBytes)
    const log = database === null ? null : await text.readBytes(`${path}-wal`, mostBytes)
    const packages = database === null ? null : await readDatabase({ database, log }, text.signal)
    if (packages === null) sink.note(sentence('packages-rpm-damaged'))
    for (const each of packages ?? []) addPackage(each, sink)
  }
}

function addPackage({ name, version, architecture }: RpmPackage, sink: PackageSink): void {
  // Keys that packages are signed with are kept as if they were packages.
  if (name === 'gpg-pubkey') return
  const purl = packageUrl(`rpm/${sink.distribution ?? 'rpm'}`, name, version, architecture)
  sink.add({ manager: 'rpm', name, version, purl })
}
