import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import type { Said } from '#contract/reasons/define'
import { type Sentence, sentence } from '#contract/sentence'
import type { Run } from '../../base/process/run.ts'
import { ensureGuestAssets, type GuestAssets } from '../microvm/guest/guest-assets.ts'
import { createProbeCache } from './probe-cache.ts'
import { type KvmVerdict, probeKvm } from './probe-kvm.ts'

/** What this host has for micro-VMs. */
export interface MicrovmVerdict {
  readonly version: string
  readonly programs: { readonly qemu: string; readonly bwrap: string }
  readonly virtiofsd: string | null
  readonly assets: GuestAssets | null
  readonly acceleration: 'kvm' | 'tcg'
  /** Why it is emulated; null where it is not. */
  readonly emulated: Sentence | null
  /** What is missing, so that no micro-VM can start; null: nothing. */
  readonly failure: Said | null
  /** The program that is missing, if it is one. */
  readonly missing: string | null
}

/** Boots a guest by KVM and ends it; rejects where it does not come up. */
export type TryKvm = (
  found: Pick<MicrovmVerdict, 'version' | 'programs'>,
  assets: GuestAssets,
  signal: AbortSignal,
) => Promise<void>

export interface MicrovmProbe {
  readonly run: Run
  /** The state folder: holds the cache and the guest's files. */
  readonly folder: string
  readonly tryKvm: TryKvm
  readonly find?: (program: string) => string | null
  /** The kernel that the settings name; null or absent: Joey's own. */
  readonly ownKernel?: string | null
  readonly ensureAssets?: typeof ensureGuestAssets
  readonly root?: string
  readonly readBootId?: () => Promise<string>
}

/** Debian has it outside of every search path, other distributions elsewhere. */
const virtiofsdPlaces = ['/usr/lib/qemu/virtiofsd', '/usr/libexec/virtiofsd', '/usr/lib/virtiofsd']

export async function probeMicrovm(probe: MicrovmProbe): Promise<MicrovmVerdict> {
  const { find = findSystemProgram, folder, ensureAssets = ensureGuestAssets } = probe
  const [qemu, bwrap, setpriv] = [find('qemu-system-x86_64'), find('bwrap'), find('setpriv')]
  const missing = [
    { name: 'qemu-system-x86_64', path: qemu },
    { name: 'bwrap', path: bwrap },
    { name: 'setpriv', path: setpriv },
  ].find(({ path }) => path === null)
  if (qemu === null || bwrap === null || missing) return notInstalled(missing?.name ?? 'bwrap')
  const found = { version: await readVersion(probe.run, qemu), programs: { qemu, bwrap } }
  try {
    const assets = await ensureAssets(join(folder, 'microvm', 'guest'), { ownKernel: probe.ownKernel ?? null })
    const kvm = await probeKvmFor(probe, found, assets)
    return { ...found, ...kvm, assets, virtiofsd: await findVirtiofsd(find), failure: null, missing: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ...lacking(error.wire), ...found }
  }
}

async function probeKvmFor(
  { folder, readBootId, root, tryKvm }: MicrovmProbe,
  found: Pick<MicrovmVerdict, 'version' | 'programs'>,
  assets: GuestAssets,
): Promise<Pick<MicrovmVerdict, 'acceleration' | 'emulated'>> {
  const verdict: KvmVerdict = await probeKvm({
    ...(root !== undefined && { root }),
    cache: createProbeCache(join(folder, 'probes.json'), readBootId),
    key: `${found.programs.qemu} ${found.version} ${assets.key}`,
    boot: (signal) => tryKvm(found, assets, signal),
  })
  return verdict.works ? { acceleration: 'kvm', emulated: null } : { acceleration: 'tcg', emulated: verdict.why }
}

function notInstalled(program: string): MicrovmVerdict {
  return lacking(sentence('program-not-installed', { program }), program)
}

function lacking(failure: Said, missing: string | null = null): MicrovmVerdict {
  const programs = { qemu: '', bwrap: '' }
  return { version: '', programs, virtiofsd: null, assets: null, acceleration: 'tcg', emulated: null, failure, missing }
}

/** `QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)` */
async function readVersion(run: Run, qemu: string): Promise<string> {
  const { stdout } = await run(qemu, ['--version'], { timeoutMs: 5_000 })
  return /version\s+(\S+)/.exec(stdout)?.[1] ?? 'of unknown version'
}

async function findVirtiofsd(find: (program: string) => string | null): Promise<string | null> {
  for (const path of virtiofsdPlaces) {
    const there = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (there) return path
  }
  return find('virtiofsd')
}
