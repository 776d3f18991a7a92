import type { Finding } from '#contract/agent'
import { finding } from '#contract/finding'
import { type Sentence, sentence } from '#contract/sentence'
import type { ContainerRuntime } from '#contract/words'

/** Something with a version that sandboxes are held in by. */
export interface Engine {
  readonly name: ContainerRuntime | 'runsc' | 'qemu' | 'virtiofsd' | 'conmon' | 'kernel'
  /** As it reports it: `1.1.5+ds1`, `release-20240807.0`, `6.1.0-18-amd64`. */
  readonly version: string
}

interface Minimum {
  /** The first version of each maintained branch that is free of the flaw, oldest branch first. */
  readonly since: readonly [string, ...string[]]
  /** What an older one lets a guest do. */
  readonly flaw: Sentence
  readonly cves: readonly string[]
  /** `problem`: a way onto the host that everybody can read about. */
  readonly level: 'warning' | 'problem'
}

/** Kept by hand, with every release of Joey. Flaws of parts that Joey does not use are left out. */
const minimums: Readonly<Record<Engine['name'], readonly Minimum[]>> = {
  runc: [
    {
      since: ['1.1.12'],
      flaw: sentence('flaw-runc-open-folder'),
      cves: ['CVE-2024-21626'],
      level: 'problem',
    },
    {
      since: ['1.2.8', '1.3.3'],
      flaw: sentence('flaw-runc-races'),
      cves: ['CVE-2025-31133', 'CVE-2025-52565', 'CVE-2025-52881'],
      level: 'warning',
    },
  ],
  crun: [
    {
      since: ['1.4.4'],
      flaw: sentence('flaw-crun-capabilities'),
      cves: ['CVE-2022-27650'],
      level: 'warning',
    },
  ],
  runsc: [
    {
      since: ['20240513'],
      flaw: sentence('flaw-gvisor-mounts'),
      cves: ['CVE-2023-7258'],
      level: 'warning',
    },
  ],
  qemu: [
    {
      since: ['7.2.11', '8.2.3', '9.0.0'],
      flaw: sentence('flaw-qemu-devices'),
      cves: ['CVE-2024-3446'],
      level: 'warning',
    },
  ],
  virtiofsd: [
    {
      since: ['7.0.0'],
      flaw: sentence('flaw-virtiofsd-groups'),
      cves: ['CVE-2022-0358'],
      level: 'warning',
    },
  ],
  // No flaw of it is known that a guest could use; older ones were never tried with Joey.
  conmon: [{ since: ['2.1.0'], flaw: sentence('flaw-conmon-untried'), cves: [], level: 'warning' }],
  kernel: [
    {
      since: ['5.4.269', '5.10.210', '5.15.149', '6.1.76', '6.6.15', '6.7.3'],
      flaw: sentence('flaw-kernel-filter'),
      cves: ['CVE-2024-1086'],
      level: 'problem',
    },
  ],
}

/** The engines that are older than they should be, one finding for each; nothing for those that are current. */
export function findOldEngines(engines: readonly Engine[]): readonly Finding[] {
  return engines.flatMap((engine) => {
    const old = minimums[engine.name].filter(({ since }) => !isAtLeast(engine.version, since))
    return old.length === 0 ? [] : [describeOld(engine, old)]
  })
}

function describeOld({ name, version }: Engine, old: readonly Minimum[]): Finding {
  const mayBePatched = isOfDistribution(version)
  const worst = old.some(({ level }) => level === 'problem') && !mayBePatched ? 'problem' : 'warning'
  const wanted = [...new Set(old.map(({ since }) => since[0]))].at(-1) ?? ''
  const detail = sentence('engine-flaws', {
    flaws: old.map(({ flaw }) => flaw),
    cves: old.flatMap((each) => each.cves).join(', '),
    corrected: mayBePatched ? 'maybe' : 'no',
  })
  const title = sentence('engine-old', { engine: name, version, wanted })
  return finding({ id: `version-${name}`, level: worst, title, detail })
}

/** With a part that makers of distributions append: `1.1.5+ds1`, `5.15.0-91-generic`. */
function isOfDistribution(version: string): boolean {
  return /^\d+(\.\d+)*[+~-]/.test(version)
}

/**
 * Whether a version has what came with one of these. A branch that is named counts from its own entry; one that is not
 * counts only behind the newest that is.
 */
export function isAtLeast(version: string, since: readonly string[]): boolean {
  const own = numbersOf(version)
  // Of a version that nobody can read nothing is said.
  if (own.length === 0) return true
  const branches = since.map(numbersOf)
  const sameBranch = branches.find((branch) => branch[0] === own[0] && branch[1] === own[1])
  return compare(own, sameBranch ?? branches.at(-1) ?? []) >= 0
}

/** `[1, 1, 5]` of `1.1.5+ds1`; `[20221219]` of `0.0~20221219.0` and of `release-20221219.0`. */
function numbersOf(version: string): readonly number[] {
  const date = /20\d{6}/.exec(version)?.[0]
  if (date !== undefined) return [Number(date)]
  const text = /\d+(\.\d+)+/.exec(version)?.[0]
  return text === undefined ? [] : text.split('.').map(Number)
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
