import { type Context, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'

/** So many interrupts that go unheard end the command line itself. */
const patience = 3

/**
 * Hands signals to the main process. A main process without a handler never gets INT and TERM from the kernel, so
 * the third one leaves: the sandbox runs on, the person is free.
 */
export function createSignalProxy(
  { client, stderr }: Context,
  { id, name }: { readonly id: string; readonly name: string },
): (signal: string) => void {
  let interrupts = 0
  return (signal) => {
    // It may have ended at this very moment; the stream reports how.
    client.killSandbox({ ref: id, signal }).catch(() => undefined)
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') return
    interrupts += 1
    if (interrupts < patience) return
    printNote({ stderr }, `joey: It ignored ${signal}. It runs on; end it with: joey kill ${name}`)
    process.exit(signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated)
  }
}
