import { access, constants, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import { type Sentence, sentence } from '#contract/sentence'
import type { ProbeCache } from './probe-cache.ts'

/** Whether micro-VMs run on hardware, or why they are emulated. */
export type KvmVerdict = { readonly works: true } | { readonly works: false; readonly why: Sentence }

interface Deps {
  /** Where /proc, /sys and /dev are; the real ones otherwise. */
  readonly root?: string
  /** Boots a real guest by KVM; rejects where it does not come up in time. */
  readonly boot: (signal: AbortSignal) => Promise<void>
  readonly cache: ProbeCache
  /** QEMU's version and the guest's kernel: what the verdict depends on besides the machine. */
  readonly key: string
}

/** On hardware a guest is up within a second; one that stalls would stall every sandbox. */
const bootMs = 10_000

/**
 * The presence of /dev/kvm proves nothing: where this machine is a virtual one itself, it may run special kernels only,
 * and QEMU starts, stalls, and does not fall back. So flags first, then a real guest against the clock.
 */
export async function probeKvm({ root = '/', boot, cache, key }: Deps): Promise<KvmVerdict> {
  const obstacle = await findKvmObstacle(root)
  if (obstacle !== null) return { works: false, why: obstacle }
  const known = `kvm ${key}`
  if (await cache.isKnownToWork(known)) return { works: true }
  const failed: KvmVerdict = { works: false, why: sentence('kvm-stalls') }
  if (await cache.isKnownToWork(`fails: ${known}`)) return failed
  try {
    await boot(AbortSignal.timeout(bootMs))
  } catch (error) {
    // An expected failure is an answer, remembered because finding it out again would take as long again.
    if (!(error instanceof AppError) && !isTimeout(error)) throw error
    await cache.remember(`fails: ${known}`)
    return failed
  }
  await cache.remember(known)
  return { works: true }
}

/** What stands against KVM without trying it; null: nothing. */
export async function findKvmObstacle(root: string): Promise<Sentence | null> {
  if (!(await canUse(join(root, 'dev/kvm')))) return sentence('kvm-missing')
  const processors = await readFile(join(root, 'proc/cpuinfo'), 'utf8').catch(() => '')
  const hasFlags = /^flags\s*:.*\b(vmx|svm)\b/m.test(processors)
  const isSpecial = await access(join(root, 'sys/module/kvm_pvm')).then(
    () => true,
    () => false,
  )
  if (hasFlags && !isSpecial) return null
  return sentence('kvm-special')
}

async function canUse(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
}
