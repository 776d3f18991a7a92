import { spawn } from 'node:child_process'
import { appError } from '#contract/app-error'
import { hideInheritedFiles } from './inherited-files.ts'

const startTimeoutMs = 60_000
const mostOutput = 16 * 1024

export interface StartDeps {
  /** The command line of this installation; it finds the Node that the agent needs. */
  readonly script: string
  readonly env: NodeJS.ProcessEnv
  readonly timeoutMs?: number
}

/**
 * Runs `joey agent start`, which returns when the agent answers. The agent is in a session of its own: it outlives
 * this process, and Ctrl-C in the terminal that started the window does not reach it.
 */
export function startAgentProcess({ script, env, timeoutMs = startTimeoutMs }: StartDeps): Promise<void> {
  return new Promise((resolve, reject) => {
    const { stdio, dispose } = hideInheritedFiles(['ignore', 'ignore', 'pipe'])
    const child = spawn(script, ['agent', 'start'], { stdio, detached: true, env: withoutElectron(env) })
    dispose()
    let output = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-mostOutput)
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      settle(startFailure(`no answer within ${timeoutMs / 1000} s`))
    }, timeoutMs)
    const settle = (failure?: Error): void => {
      clearTimeout(timer)
      child.stderr?.destroy() // should the agent have inherited it, waiting for its end would be for ever
      child.unref()
      if (failure) reject(failure)
      else resolve()
    }
    child.once('error', (error) => settle(startFailure(error.message)))
    child.once('exit', (code, signal) => settle(code === 0 ? undefined : startFailure(output || `${code ?? signal}`)))
  })
}

function startFailure(detail: string): Error {
  return appError('agent-start-failed', {}, { detail })
}

/** What Electron (or who runs it in a test) sets for itself must not change how the agent's Node runs. */
function withoutElectron(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ELECTRON_')))
}
