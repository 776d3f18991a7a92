import { release } from 'node:os'
import { findSystemProgram } from '#contract/client/system-program'
import type { Run } from '../../base/process/run.ts'
import type { RuntimeVerdict } from './choose-runtime.ts'
import type { Engine } from './engine-versions.ts'
import type { GvisorVerdict } from './probe-gvisor.ts'
import type { MicrovmVerdict } from './probe-microvm.ts'

interface Verdicts {
  readonly runtimes: readonly RuntimeVerdict[]
  readonly gvisor: GvisorVerdict | null
  readonly microvm: MicrovmVerdict | null
}

/** The versions of everything that holds sandboxes in; what is not there or does not report its version is left out. */
export async function readVersions(run: Run, { runtimes, gvisor, microvm }: Verdicts): Promise<readonly Engine[]> {
  const versions = await Promise.all([
    versionOf(run, 'conmon', findSystemProgram('conmon')),
    versionOf(run, 'virtiofsd', microvm?.virtiofsd ?? null),
  ])
  return [
    { name: 'kernel' as const, version: release() },
    ...runtimes.map(({ name, version }) => ({ name, version })),
    ...(gvisor ? [{ name: 'runsc' as const, version: gvisor.version }] : []),
    ...(microvm ? [{ name: 'qemu' as const, version: microvm.version }] : []),
    ...versions.filter((engine) => engine !== null),
  ]
}

/** The older virtiofsd came with QEMU and has its numbers; the newer one is another program and began anew at 1. */
async function versionOf(run: Run, name: 'conmon' | 'virtiofsd', program: string | null): Promise<Engine | null> {
  if (program === null) return null
  const answer = await run(program, ['--version'], { timeoutMs: 5_000 }).catch(() => null)
  const version = /\d+(\.\d+)+/.exec(answer?.stdout ?? '')?.[0]
  if (version === undefined || (name === 'virtiofsd' && version.startsWith('1.'))) return null
  return { name, version }
}
