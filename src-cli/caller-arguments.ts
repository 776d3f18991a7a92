/**
 * The arguments as they were typed. The launcher (`joey`) puts a colon before each that begins with two dashes, because
 * Node would take some of them for its own, and before each that begins with a colon; a colon alone, in front of all, says
 * that it did.
 */
export function callerArguments(own: readonly string[]): readonly string[] {
  if (own[0] !== ':') return own
  return own.slice(1).map((argument) => (argument.startsWith(':') ? argument.slice(1) : argument))
}
