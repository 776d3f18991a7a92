import { type AppError, appError } from '#contract/app-error'

const notFound =
  /executable file [`'"]?([^`'":]+)[`'"]? not found|exec: "([^"]+)": (?:executable file not found|stat)|error finding executable "([^"]+)"|failed to load ([^:]+): no such file/
const notExecutable =
  /(?:open executable|exec[: ][^\n]*|failed to load [^\n]*): (?:permission denied|operation not permitted|is a directory|exec format error)/i

/** Why a runtime could not make or start a sandbox, from its words; `argv0` for those that do not name the program. */
export function runtimeFailure(raw: string, argv0?: string): AppError {
  const detail = raw.replaceAll('\\"', '"')
  const missing = notFound.exec(detail)
  const program = missing?.slice(1).find((name) => name !== undefined)
  if (program !== undefined) {
    const message = `There is no program "${program}" in the sandbox. Check the command, or pick another image.`
    return appError('invalidRequest', 'command-not-found', message, { params: { program }, detail })
  }
  if (notExecutable.test(detail)) {
    const name = argv0 ?? /failed to load ([^:\n]+):/.exec(detail)?.[1] ?? 'The command'
    const message = `"${name}" in the sandbox cannot be run: it is not a program, or its mode forbids it. Check the command.`
    return appError('invalidRequest', 'command-not-executable', message, { params: { program: name }, detail })
  }
  if (/capset|apply caps|bounding set|capabilit(?:y|ies)[^\n]*not permitted/i.test(detail)) {
    const message =
      'Joey does not hold every capability that was granted, so it cannot give it: it runs confined itself. Take the grant back, or use a micro-VM.'
    return appError('unavailable', 'capability-not-held', message, { detail })
  }
  const message = 'The runtime could not make the sandbox. Its words are in the details.'
  return appError('engine', 'start-failed', message, { detail })
}
