import {
  chmodSync,
  copyFileSync,
  globSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { joeyScript, root } from '../../paths.ts'
import { Problem } from '../../problem.ts'
import { run } from '../../process/run.ts'
import { linkTree } from '../../set-up/link-tree.ts'
import { appFolder, iconFolder, licencesFile } from '../app-folder.ts'
import { iconSizes } from '../icons.ts'

const packaging = join(root, 'packaging')
const unpacked = 'opt/Joey/resources/app.asar.unpacked'
const hicolor = 'usr/share/icons/hicolor'

/** Lays out what the package installs, below a folder. The app's own files are linked, not copied. */
export async function layOut(tree: string): Promise<void> {
  rmSync(tree, { recursive: true, force: true })
  mkdirSync(join(tree, 'opt'), { recursive: true })
  linkTree(appFolder, join(tree, 'opt/Joey'))
  put(tree, 'linux/joeyd', 'usr/bin/joeyd', 0o755)
  putLink(tree, `/${unpacked}/joey`, 'usr/bin/joey')
  putLink(tree, '/opt/Joey/joey-window', 'usr/bin/joey-window')
  put(tree, 'linux/joeyd.service', 'usr/lib/systemd/system/joeyd.service')
  put(tree, 'linux/joey.default', 'etc/default/joey')
  put(tree, 'linux/joey-window.apparmor', 'etc/apparmor.d/joey-window')
  put(tree, 'linux/joey.desktop', 'usr/share/applications/joey.desktop')
  put(tree, 'linux/joey.mime.xml', 'usr/share/mime/packages/joey.xml')
  for (const size of iconSizes.filter((each) => each <= 512))
    putFile(tree, join(iconFolder, `${size}x${size}.png`), `${hicolor}/${size}x${size}/apps/joey.png`)
  putFile(tree, join(iconFolder, 'joey.svg'), `${hicolor}/scalable/apps/joey.svg`)
  putDocuments(tree)
  await putCompletions(tree)
  await openToAll(tree)
}

function putDocuments(tree: string): void {
  const folder = 'usr/share/doc/joey'
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8')
  const notice =
    'Joey, Copyright The Joey authors.\n\nCode of others in it: THIRD-PARTY.txt here, LICENSE.electron.txt and LICENSES.chromium.html\n' +
    'in /opt/Joey, and the table in /opt/Joey/resources/app.asar.unpacked/resources/README.md.\n\n'
  putText(tree, `${folder}/copyright`, `${notice}${licence}`)
  putFile(tree, licencesFile, `${folder}/THIRD-PARTY.txt`)
  const changes = gzipSync(readFileSync(join(root, 'CHANGELOG.md')), { level: 9 })
  putText(tree, `${folder}/changelog.gz`, changes)
  for (const file of globSync('*.md', { cwd: join(root, 'docs') }))
    putFile(tree, join(root, 'docs', file), `${folder}/${file}`)
}

/** As the command line itself prints them. */
async function putCompletions(tree: string): Promise<void> {
  const places = {
    bash: 'usr/share/bash-completion/completions/joey',
    zsh: 'usr/share/zsh/vendor-completions/_joey',
    fish: 'usr/share/fish/vendor_completions.d/joey.fish',
  }
  for (const [shell, place] of Object.entries(places)) {
    const { code, stdout, stderr } = await run(joeyScript, ['completion', shell], { timeoutMs: 30_000 })
    if (code !== 0) throw new Problem('The completions could not be made.', stderr)
    putText(tree, place, stdout)
  }
}

/** Whatever the mask of who builds: everybody may read, and run what may be run. */
async function openToAll(tree: string): Promise<void> {
  const { code, stderr } = await run('chmod', ['-R', 'u+rwX,go=rX', tree], { timeoutMs: 60_000 })
  if (code !== 0) throw new Problem('The modes of files could not be set.', stderr)
}

function put(tree: string, from: string, to: string, mode = 0o644): void {
  putFile(tree, join(packaging, from), to, mode)
}

function putFile(tree: string, from: string, to: string, mode = 0o644): void {
  mkdirSync(dirname(join(tree, to)), { recursive: true })
  copyFileSync(from, join(tree, to))
  chmodSync(join(tree, to), mode)
}

function putText(tree: string, to: string, text: string | Buffer): void {
  mkdirSync(dirname(join(tree, to)), { recursive: true })
  writeFileSync(join(tree, to), text, { mode: 0o644 })
}

function putLink(tree: string, target: string, to: string): void {
  mkdirSync(dirname(join(tree, to)), { recursive: true })
  symlinkSync(target, join(tree, to))
}

/** The folder of the package's own description and scripts. */
export function layOutControl(tree: string, control: string): void {
  const folder = join(tree, 'DEBIAN')
  mkdirSync(folder, { recursive: true })
  for (const script of ['postinst', 'prerm', 'postrm']) put(tree, `deb/${script}`, `DEBIAN/${script}`, 0o755)
  for (const file of ['templates', 'conffiles']) put(tree, `deb/${file}`, `DEBIAN/${file}`)
  writeFileSync(join(folder, 'control'), control, { mode: 0o644 })
}

/** KiB of all files, as the package's description says it. */
export function installedKib(tree: string): number {
  const files = globSync('**', { cwd: tree, withFileTypes: true })
  return files.reduce((sum, each) => {
    const found = lstatSync(join(each.parentPath, each.name))
    return sum + (found.isFile() ? Math.ceil(found.size / 1024) : 1)
  }, 0)
}
