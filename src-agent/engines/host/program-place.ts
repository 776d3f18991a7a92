import type { Finding } from '#contract/agent'
import { type Changeable, whatOthersCanChange } from '#contract/client/ownership'
import { finding } from '#contract/finding'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'
import { installationFolders } from '../../base/process/resources.ts'

interface Place {
  /** The programs and folders that the agent runs from; its own folder first. */
  readonly program: readonly [string, ...string[]]
  readonly home: string
}

const mostNamed = 5

/** Where the agent runs from and keeps its state, and who besides root could change that. */
export function examinePlace({ program, home }: Place, uid = process.getuid?.() ?? 0): readonly Finding[] {
  const trusted = [0, uid]
  return [
    describe('program', program[0], whatOthersCanChange(program, trusted)),
    describe('home', home, whatOthersCanChange(home, trusted)),
  ]
}

/** What this process runs from: the folders of Joey and of its Node, Node itself and the entry. */
export function ownProgram(): [string, ...string[]] {
  const [own = process.execPath, ...others] = installationFolders()
  const entry = process.argv[1]
  return [own, ...others, process.execPath, ...(entry === undefined ? [] : [entry])]
}

function describe(place: 'program' | 'home', folder: string, open: readonly Changeable[]): Finding {
  if (open.length === 0) {
    return finding({ id: place, level: 'ok', title: sentence('place-closed', { place, folder }) })
  }
  const paths = open
    .slice(0, mostNamed)
    .map(({ path, uid, byMode }) =>
      byMode ? sentence('place-open-by-mode', { path }) : sentence('place-of-account', { path, uid }),
    )
  const why = sentence('remedy-installs-for-root')
  return finding({
    id: place,
    level: 'warning',
    title: sentence('place-open', { place, folder }),
    detail: sentence('place-open-detail', { paths, more: Math.max(0, open.length - mostNamed) }),
    remedy: place === 'program' ? commandRemedy('sudo ./joey agent install', why) : null,
  })
}
