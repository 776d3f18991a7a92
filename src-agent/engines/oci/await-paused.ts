import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import type { Phase } from './flavour.ts'

const pollMs = 1
/** What the kernel has not frozen by then waits for a device or a server, and may wait for ever. */
const frozenMs = 10_000

interface Waiting {
  phase(): Promise<Phase>
  /** Lets go on what was frozen already. */
  resume(): Promise<unknown>
  readonly patienceMs?: number
}

/**
 * Waits until the kernel has frozen the last process. Version 1 of cgroups says `FREEZING` until then, and a runtime's
 * `pause` returns before (crun on version 1 writes the file and looks no further), so that what is read or copied next
 * could still change. Where a process cannot be frozen all go on again, and it is said.
 */
export async function awaitPaused({ phase, resume, patienceMs = frozenMs }: Waiting): Promise<void> {
  const deadline = performance.now() + patienceMs
  while ((await phase()) === 'running') {
    if (performance.now() >= deadline) {
      await resume()
      throw appError('pause-incomplete', { seconds: Math.round(patienceMs / 1000) })
    }
    await sleep(pollMs)
  }
}
