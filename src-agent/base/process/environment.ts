import { userInfo } from 'node:os'
import { agentEnvironment } from '#contract/client/agent-environment'
import { systemPath } from '#contract/client/system-program'

/**
 * What an engine gets to see: where the system's programs are, the home of the account, and a language in which its
 * messages can be parsed. Nothing of it comes from whoever started the agent.
 */
export function minimalEnvironment(): NodeJS.ProcessEnv {
  return { PATH: systemPath, LC_ALL: 'C.UTF-8', HOME: userInfo().homedir }
}

/**
 * Takes out of this process's environment whatever is not the agent's, for the case that it was not started by the
 * command line. Call it first of all: libraries read some variables when they are loaded or at their first use.
 */
export function keepOwnEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  const own = agentEnvironment(env)
  for (const name of Object.keys(env)) delete env[name]
  Object.assign(env, own)
}
