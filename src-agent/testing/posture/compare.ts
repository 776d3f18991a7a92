import { capabilityNames, maskOf } from '../../base/kernel/capabilities.ts'
import type { Allowed, Expectation } from './expectations.ts'
import type { Holdings } from './holdings.ts'

/** Sentences on everything that a process holds and should not, or should be held by and is not. */
export function findUnexpected(held: Holdings, expected: Expectation): string[] {
  const { role } = expected
  const said: string[] = []
  const say = (what: string): void => void said.push(`${role} (${held.commandLine.slice(0, 60)}): ${what}`)
  for (const each of unmatched(held.descriptors, expected.descriptors)) say(`holds the descriptor ${each}`)
  for (const kind of held.sharedNamespaces) {
    if (expected.sharedNamespaces[kind] === undefined) say(`shares the ${kind} namespace with this machine`)
  }
  for (const name of beyond(held.effective, expected.capabilities)) say(`has the capability ${name}`)
  for (const name of beyond(held.bounding, expected.bounding)) say(`could get the capability ${name}`)
  if (expected.mustNotBeRoot && held.uid === 0) say('runs as root of this machine')
  if (expected.mustBeFiltered && !held.isFiltered) say('has no filter of system calls')
  if (expected.mustNotGain && !held.noNewPrivileges) say('could gain rights')
  if (expected.mounts !== null)
    for (const each of unmatched(held.mounts, expected.mounts)) say(`sees the mount ${each}`)
  if (held.threads > expected.mostThreads) say(`has ${held.threads} threads`)
  for (const each of unmatched(held.environment, expected.environment)) say(`has the variable ${each}`)
  return said
}

function beyond(mask: bigint, allowed: readonly string[] | null): string[] {
  return allowed === null ? [] : capabilityNames(mask & ~maskOf(allowed))
}

function unmatched(things: readonly string[], allowed: readonly Allowed[]): string[] {
  return [...new Set(things.filter((thing) => !allowed.some(([pattern]) => pattern.test(thing))))]
}
