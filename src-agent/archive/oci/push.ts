import { AppError, appError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'

const patienceMs = 60 * 60_000

/** Has skopeo send a layout to a registry, with the accounts that this machine is logged in with. */
export async function pushLayout(
  run: Run,
  { layout, target, signal }: { layout: string; target: string; signal: AbortSignal },
): Promise<void> {
  const plain = isOwnMachine(target) ? ['--dest-tls-verify=false'] : []
  const args = ['--insecure-policy', 'copy', '--quiet', ...plain, `oci:${layout}`, `docker://${target}`]
  try {
    await run('skopeo', args, { signal, timeoutMs: patienceMs })
  } catch (error) {
    const { reason, detail } = AppError.from(error).wire
    if (reason !== 'tool-failed') throw error
    const message = `The registry did not take the image as ${target}. See the details; "skopeo login" tells it who you are.`
    throw appError('engine', 'push-failed', message, { params: { target }, cause: error, ...(detail && { detail }) })
  }
}

/** As docker has it: on this machine a registry may do without TLS. */
function isOwnMachine(target: string): boolean {
  return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::\d+)?\//.test(target)
}
