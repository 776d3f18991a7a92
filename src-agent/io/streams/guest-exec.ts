import { AppError } from '#contract/app-error'
import type { GuestCommand } from '../../engines/driver.ts'
import type { ExecChild } from './exec-child.ts'
import { failureOf } from './exec-failure.ts'

const killedCode = 137
/** How long a guest may take to say that what was killed has ended. It is not to be trusted to say so at all. */
const killMs = 3_000

/** Runs a command by the driver's own channel into the guest. */
export async function startGuestExec(
  command: GuestCommand,
  { stdin }: { readonly stdin: boolean },
): Promise<ExecChild> {
  const process = await command.open({ stdin })
  let refusal: AppError | undefined
  let abandon = (): void => {}
  const started = process.started.then(
    () => true,
    (error: unknown) => {
      refusal = AppError.from(error)
      return false
    },
  )
  const giveUp = new Promise<number>((resolve) => {
    abandon = () => void setTimeout(() => resolve(killedCode), killMs).unref()
  })
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    started,
    // Of what never ran nothing is to be waited for.
    exited: Promise.race([started.then((runs) => (runs ? process.exited : killedCode)), giveUp]),
    async signal(name) {
      if (await started) await process.signal(name)
    },
    kill() {
      abandon()
      return process.kill()
    },
    async explain(_words, program) {
      if (!refusal) return null
      const failure = refusal && failureOf(refusal, program)
      if (failure) return failure
      throw refusal
    },
  }
}
