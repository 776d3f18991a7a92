import { type AppError, appError } from '#contract/app-error'

/** What stands between quotes may have any characters. */
const notFound =
  /executable file (?:[`'"]([^`'"]+)[`'"]|([^\s:]+)) not found|exec: "([^"]+)": (?:executable file not found|stat)|error finding executable "([^"]+)"|failed to load (.+?): no such file/s
const notExecutable =
  /(?:open executable|exec[: ][^\n]*|failed to load [^\n]*): (?:permission denied|operation not permitted|is a directory|exec format error)/i

/** Why a runtime could not make or start a sandbox, from its words; `argv0` for those that do not name the program. */
export function runtimeFailure(raw: string, argv0?: string): AppError {
  const detail = raw.replaceAll('\\"', '"')
  const missing = notFound.exec(detail)
  const program = missing?.slice(1).find((name) => name !== undefined)
  if (program !== undefined) {
    return appError('command-not-found', { program }, { detail })
  }
  if (/\/proc\/sys\/|sysctl/i.test(detail)) return appError('sysctl-not-taken', {}, { detail })
  if (/\bchdir\b|to cwd|working directory/i.test(detail)) {
    return appError('working-directory', { program: argv0 ?? 'The command' }, { detail })
  }
  if (notExecutable.test(detail)) {
    const name = argv0 ?? /failed to load ([^:\n]+):/.exec(detail)?.[1]
    return appError('command-not-executable', name === undefined ? {} : { program: name }, { detail })
  }
  if (/capset|apply caps|bounding set|capabilit(?:y|ies)[^\n]*not permitted/i.test(detail)) {
    return appError('capability-not-held', {}, { detail })
  }
  return appError('start-failed', { part: 'runtime' }, { detail })
}
