import { outsideProgram } from './bind-mounts.ts'

/**
 * The beginning of a command line whose programs can neither signal processes of this machine but their own, nor reach their abstract
 * sockets, nor use TCP; nothing where that cannot be had. `network`: TCP is theirs to use.
 */
export function withoutReach(network: 'local' | 'network'): readonly string[] {
  const outside = outsideProgram()
  return outside === null ? [] : [outside, 'scope', network]
}
