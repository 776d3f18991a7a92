import { constants } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { findGoFunctions, type GoFunction } from '../../../engines/oci/gvisor/go-program.ts'

const capabilities = 'gvisor.dev/gvisor/pkg/tcpip/link/fdbased.(*endpoint).Capabilities'
const hasSaveRestore = 'gvisor.dev/gvisor/pkg/tcpip/stack.(*Route).HasSaveRestoreCapability'

/**
 * A sentry that is to save itself ends without having saved anything where there is a connection to elsewhere, and be it one
 * that was closed a minute ago: "endpoint cannot be saved in connected state". It can reset such connections instead
 * (pkg/tcpip/transport/tcp/endpoint_state.go, beforeSave), but does so only for network cards that say DisconnectOk, and
 * runsc had no option for that before `--net-disconnect-ok`. So the card of this one is made to say it: a function of which
 * every byte is known is made two bytes longer, in the padding after it. The process ends with the save anyway.
 *
 * Alternatives that failed: forged resets reach open connections, but not those that linger, which are seen nowhere and kill
 * the sandbox as well; closing from inside leaves those that a blocked reader holds.
 *
 * Resolves to false where this cannot be done; then nothing was changed.
 */
export async function letConnectionsGo(pid: number): Promise<boolean> {
  if (process.arch !== 'x64') return false
  const program = await readFile(`/proc/${pid}/exe`).catch(() => null)
  if (program === null) return false
  const change = findChange(program)
  if (change === null) return false
  const memory = await open(`/proc/${pid}/mem`, constants.O_RDWR).catch(() => null)
  if (memory === null) return false
  try {
    const there = Buffer.alloc(change.before.length)
    await memory.read(there, 0, there.length, change.address)
    if (there.equals(change.after)) return true
    if (!there.equals(change.before)) return false
    // Its end first, which is reached only once the byte of the return is another: so there is no moment of half a change.
    await memory.write(change.after, returnAt + 1, change.after.length - returnAt - 1, change.address + returnAt + 1)
    const { bytesWritten } = await memory.write(change.after, returnAt, 1, change.address + returnAt)
    return bytesWritten === 1
  } catch {
    return false
  } finally {
    await memory.close()
  }
}

const returnAt = 4

interface CodeChange {
  readonly address: number
  readonly before: Buffer
  readonly after: Buffer
}

/** Null where the program is not one whose code is known to the byte. */
export function findChange(program: Buffer): CodeChange | null {
  const found = findGoFunctions(program, [capabilities, hasSaveRestore])
  const bit = saveRestoreBit(found[hasSaveRestore])
  const card = found[capabilities]
  if (bit === null || card === null) return null
  const before = card.code.subarray(0, 9)
  // mov rax,[rax+N]; ret; padding
  const isKnown = /^488b40[0-7][0-9a-f]c3cccccccc$/.test(before.toString('hex'))
  if (!isKnown) return null
  // mov rax,[rax+N]; or rax,DisconnectOk; ret
  const after = Buffer.from([...before.subarray(0, returnAt), 0x48, 0x83, 0xc8, 1 << (bit + 1), 0xc3])
  return { address: card.address, before: Buffer.from(before), after }
}

/** DisconnectOk comes right after it (pkg/tcpip/stack/registration.go). */
function saveRestoreBit(test: GoFunction | null): number | null {
  // bt eax,N; setc al
  const found = /0fbae0(0[0-5])0f92c0/.exec(test?.code.toString('hex') ?? '')
  return found ? Number(found[1]) : null
}
