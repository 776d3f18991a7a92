import { AppError, appError } from '#contract/app-error'
import { run } from '../../base/process/run.ts'

const patienceMs = 60 * 60_000

interface Push {
  readonly layout: string
  readonly target: string
  readonly signal: AbortSignal
}

/** Has skopeo send a layout to a registry, with the accounts that this machine is logged in with. */
export async function pushLayout({ layout, target, signal }: Push): Promise<void> {
  const plain = isOwnMachine(target) ? ['--dest-tls-verify=false'] : []
  const args = ['--insecure-policy', 'copy', '--quiet', ...plain, `oci:${layout}`, `docker://${target}`]
  try {
    await run('skopeo', args, { signal, timeoutMs: patienceMs })
  } catch (error) {
    const { reason, detail } = AppError.from(error).wire
    if (reason !== 'tool-failed') throw error
    throw appError('push-failed', { target }, { cause: error, ...(detail && { detail }) })
  }
}

/** As docker has it: on this machine a registry may do without TLS. */
function isOwnMachine(target: string): boolean {
  return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::\d+)?\//.test(target)
}
