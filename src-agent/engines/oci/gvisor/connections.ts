import { constants } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { findGoFunctions, type GoFunction } from './go-program.ts'

const capabilities = 'gvisor.dev/gvisor/pkg/tcpip/link/fdbased.(*endpoint).Capabilities'
const hasSaveRestore = 'gvisor.dev/gvisor/pkg/tcpip/stack.(*Route).HasSaveRestoreCapability'

/** The code of a sentry as it was changed. MUST be given up by one of both. */
export interface CodePatch {
  /** Makes the code what it was, for a sentry that goes on after all. Does nothing where the process has ended. */
  undo(): Promise<void>
  /** Lets go of a process that ends with its save. */
  forget(): Promise<void>
}

/**
 * A sentry that is to save itself ends without having saved anything where there is a connection to elsewhere, and be it one
 * that was closed a minute ago: "endpoint cannot be saved in connected state". It can reset such connections instead
 * (pkg/tcpip/transport/tcp/endpoint_state.go, beforeSave), but does so only for network cards that say DisconnectOk, and
 * runsc had no option for that before `--net-disconnect-ok`. So the card of this one is made to say it: a function of which
 * every byte is known is made longer, in the padding after it.
 *
 * This changes the boundary itself while the guest runs, so it happens only where the person has set `patchGvisorToSave`,
 * and is taken back where the sentry does not end with the save.
 *
 * Alternatives that failed: forged resets reach open connections, but not those that linger, which are seen nowhere and kill
 * the sandbox as well; closing from inside leaves those that a blocked reader holds.
 *
 * Resolves to null where this cannot be done; then nothing was changed.
 */
export async function patchDisconnectOk(pid: number): Promise<CodePatch | null> {
  if (process.arch !== 'x64') return null
  const program = await readFile(`/proc/${pid}/exe`).catch(() => null)
  const change = program && findChange(program)
  if (!change) return null
  // Of this very process: once it has ended, nothing is reached by it, whoever has the number then.
  const memory = await open(`/proc/${pid}/mem`, constants.O_RDWR).catch(() => null)
  if (memory === null) return null
  const isPatched = await applyChange(memory, change).catch(() => false)
  if (!isPatched) {
    await memory.close()
    return null
  }
  return {
    undo: async () => {
      await undoChange(memory, change).catch(() => undefined)
      await memory.close()
    },
    forget: () => memory.close(),
  }
}

type Memory = Pick<FileHandle, 'read' | 'write'>

/** Resolves to whether the code is the changed one now; where it was neither of both, nothing was written. */
export async function applyChange(memory: Memory, change: CodeChange): Promise<boolean> {
  const present = await readCode(memory, change)
  if (present.equals(change.after)) return true
  if (!present.equals(change.before)) return false
  // Its end first, which is reached only once the byte of the return is another: so there is no moment of half a change.
  await writeTail(memory, change, change.after)
  return writeReturn(memory, change, change.after)
}

/** A thread that is between the two instructions has this long to reach the return behind them. */
const settleMs = 1_000

/** The other way round: the return first, and what comes after it once nobody is in there any more. */
export async function undoChange(memory: Memory, change: CodeChange, waitMs = settleMs): Promise<void> {
  if (!(await readCode(memory, change)).equals(change.after)) return
  if (!(await writeReturn(memory, change, change.before))) return
  await sleep(waitMs)
  await writeTail(memory, change, change.before)
}

async function readCode(memory: Memory, { before, address }: CodeChange): Promise<Buffer> {
  const present = Buffer.alloc(before.length)
  await memory.read(present, 0, present.length, address)
  return present
}

async function writeTail(memory: Memory, { address }: CodeChange, code: Buffer): Promise<void> {
  await memory.write(code, returnAt + 1, code.length - returnAt - 1, address + returnAt + 1)
}

async function writeReturn(memory: Memory, { address }: CodeChange, code: Buffer): Promise<boolean> {
  return (await memory.write(code, returnAt, 1, address + returnAt)).bytesWritten === 1
}

const returnAt = 4

export interface CodeChange {
  readonly address: number
  readonly before: Buffer
  readonly after: Buffer
}

/** Null where the program is not one whose code is known to the byte. */
export function findChange(program: Buffer): CodeChange | null {
  const found = findGoFunctions(program, [capabilities, hasSaveRestore])
  return planChange(found[capabilities], found[hasSaveRestore])
}

/** From the code of the function that is changed, and of one that shows which bit means what. */
export function planChange(card: GoFunction | null, test: GoFunction | null): CodeChange | null {
  const bit = saveRestoreBit(test)
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
