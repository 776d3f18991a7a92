import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { appError } from '#contract/app-error'
import { whatOthersCanChange } from '#contract/client/ownership'
import { rootOf } from '../../agent/program/choose-program.ts'
import { copyProgram } from '../../agent/program/copy-program.ts'
import { serviceUnit } from '../../agent/program/service-unit.ts'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { ownVersion } from '../../own-version.ts'
import { readAccounts } from './read-accounts.ts'

const unitName = 'joeyd.service'

export const agentInstall = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'Copies agent, command line, their Node and what they need into a folder that only root can change, one for each\n' +
    'version and content, and writes a unit for systemd. Nothing is started and no running agent is changed. Needs root.',
  flags: {
    into: { type: 'string', value: 'FOLDER', help: 'Where to; /usr/lib/joey if not given.' },
    'unit-folder': { type: 'string', value: 'FOLDER', help: 'Where the unit goes; /etc/systemd/system if not given.' },
    owner: {
      ...{ type: 'string', multiple: true, value: 'ACCOUNT' },
      help: 'An account that the service lets use the agent too, by its number or name; again for each.',
    },
    group: { type: 'string', value: 'GROUP', help: 'A group whose members the service lets use the agent too.' },
  },
  examples: [
    { line: 'sudo ./joey agent install', comment: 'Then: systemctl daemon-reload; systemctl enable --now joeyd' },
    { line: 'sudo ./joey agent install --owner "$UID"', comment: 'An agent that you can use without root.' },
  ],
  async run({ flags }, { agentEntry, stdout, uid }) {
    if (uid !== 0) throw appError('install-needs-root')
    readAccounts(flags)
    const into = resolve(flags.into ?? '/usr/lib/joey')
    mkdirSync(into, { recursive: true, mode: 0o755 })
    const [open] = whatOthersCanChange(into)
    if (open !== undefined) throw appError('program-open-to-others', { path: open.path })
    const source = { root: rootOf(agentEntry), node: process.execPath, version: ownVersion }
    const folder = copyProgram(source, into)
    const current = join(into, 'current')
    replaceLink(current, basename(folder))
    const unit = writeUnit(
      resolve(flags['unit-folder'] ?? '/etc/systemd/system'),
      serviceUnit(current, { accounts: readAccounts({ owner: flags.owner }), group: flags.group }),
    )
    if (flags.json) printJson(stdout, { folder, current, unit })
    else {
      printLine(stdout, `Installed: ${folder}`)
      printLine(stdout, `The unit: ${unit}. To start it: systemctl daemon-reload && systemctl enable --now joeyd`)
      printLine(
        stdout,
        `The command line: ${join(current, 'joey')}. To have it on PATH, link to it from /usr/local/bin.`,
      )
    }
    return ExitCode.ok
  },
})

/** At every moment the link leads to one version or the other. */
function replaceLink(link: string, target: string): void {
  const draft = `${link}.new`
  rmSync(draft, { force: true })
  symlinkSync(target, draft)
  renameSync(draft, link)
}

function writeUnit(folder: string, text: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const path = join(folder, unitName)
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  writeFileSync(draft, text, { mode: 0o644, flag: 'wx' })
  renameSync(draft, path)
  return path
}
