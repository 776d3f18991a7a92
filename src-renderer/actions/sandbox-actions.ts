import i18next from 'i18next'
import { toast } from 'sonner'
import type { Sandbox } from '#contract/sandbox'
import * as contract from '#contract/sandbox-operations'
import type { Terminal } from '#contract/terminal'
import { openTerminal } from '#contract/terminal'
import { call } from '../call.ts'
import { errorText } from '../copy/i18n.ts'
import type { SandboxVerb } from '../model/sandbox-abilities.ts'
import { toastError } from './remedies.ts'

type SimpleVerb = Exclude<SandboxVerb, 'openTerminal' | 'changeClass'>

const requests: Readonly<Record<SimpleVerb, (ref: string) => Promise<unknown>>> = {
  start: (ref) => call(contract.startSandbox, { ref }),
  stop: (ref) => call(contract.stopSandbox, { ref }),
  restart: (ref) => call(contract.restartSandbox, { ref }),
  pause: (ref) => call(contract.pauseSandbox, { ref }),
  resume: (ref) => call(contract.resumeSandbox, { ref }),
  kill: (ref) => call(contract.killSandbox, { ref }),
  // The person has confirmed what is lost, a running one included.
  remove: (ref) => call(contract.removeSandbox, { ref, force: true }),
}

/** Does it and says how it went. What changed is shown by the event stream, not from the answer. */
export async function act(verb: SimpleVerb, { id, name }: Pick<Sandbox, 'id' | 'name'>): Promise<void> {
  try {
    await requests[verb](id)
    toast.success(i18next.t(`sandboxes.done.${verb}`, { name }))
  } catch (error) {
    toastError(i18next.t(`sandboxes.failed.${verb}`, { name }), error)
  }
}

type BulkVerb = 'start' | 'stop' | 'remove'

/** The same with many, of which is said together how it went. */
export async function actOnAll(verb: BulkVerb, sandboxes: readonly Pick<Sandbox, 'id' | 'name'>[]): Promise<void> {
  const [only] = sandboxes
  if (sandboxes.length === 1 && only) return act(verb, only)
  const results = await Promise.allSettled(sandboxes.map(({ id }) => requests[verb](id)))
  const failed = results.flatMap((result, at) =>
    result.status === 'rejected' ? [{ name: sandboxes[at]?.name ?? '', error: result.reason as unknown }] : [],
  )
  const done = results.length - failed.length
  if (done > 0) toast.success(i18next.t(`sandboxes.doneMany.${verb}`, { count: done }))
  const [first] = failed
  if (!first) return
  if (failed.length === 1) return toastError(i18next.t(`sandboxes.failed.${verb}`, { name: first.name }), first.error)
  const names = failed.slice(0, mostNames).map(({ name }) => name)
  const others = failed.length > names.length ? ' …' : ''
  toast.error(i18next.t(`sandboxes.failedMany.${verb}`, { count: failed.length }), {
    description: `${names.join(', ')}${others}: ${errorText(first.error)}`,
    duration: 9000,
  })
}

/** More do not fit where it is said. */
const mostNames = 5

/** What a terminal is opened with, where that is not the best shell of the image as its own user. */
export interface ShellWish {
  readonly argv?: readonly string[]
  readonly user?: string
  readonly cwd?: string
}

/** A new terminal; null when it could not be opened, which is then said. */
export async function openShell(
  { id, name }: Pick<Sandbox, 'id' | 'name'>,
  { argv, user, cwd }: ShellWish = {},
): Promise<Terminal | null> {
  try {
    return await call(openTerminal, {
      ref: id,
      ...(argv ? { argv: [...argv] } : {}),
      ...(user ? { user } : {}),
      ...(cwd ? { cwd } : {}),
    })
  } catch (error) {
    toastError(i18next.t('sandboxes.failed.openTerminal', { name }), error)
    return null
  }
}
