import { readFileSync } from 'node:fs'
import { appError } from '#contract/app-error'
import { findResource } from './resources.ts'

/** The shell scripts of `resources/scripts`; what each takes is written at its head. */
export type ScriptName =
  | 'bind-mounts'
  | 'guard-cgroup'
  | 'launch-container'
  | 'launch-machine'
  | 'leave-disks'
  | 'mount-disk'
  | 'reach-registry'
  | 'renew-identity'
  | 'succeed-sentry'

/** The beginning of a command line that runs the script on this machine; its arguments follow. */
export function scriptCommand(name: ScriptName): readonly ['/bin/sh', string] {
  return ['/bin/sh', findScript(name)]
}

/** The text of a script that runs where this machine's files are not, as its first words in `sh -c TEXT NAME ...`. */
export function readScript(name: ScriptName): string {
  return readFileSync(findScript(name), 'utf8')
}

function findScript(name: ScriptName): string {
  const path = findResource(`scripts/${name}.sh`)
  if (path !== null) return path
  throw appError('script-missing', {}, { detail: `resources/scripts/${name}.sh` })
}
