import type * as z from 'zod'
import type { PermissionSheet } from '#contract/archive'
import { formatGrant } from '#contract/grant-text'
import type { IsolationClass, SandboxSpec } from '#contract/sandbox'

type Sheet = z.output<typeof PermissionSheet>

export interface AgreedSpec {
  readonly spec: SandboxSpec
  /** What was left out, as sentences. */
  readonly told: readonly string[]
}

/** What is left of the wishes of a bundle: those that were agreed to and that this machine can give. */
export function agreeSpec(
  wished: SandboxSpec,
  sheet: Pick<Sheet, 'requests'>,
  { agreed, defaultClass }: { agreed: readonly string[]; defaultClass: IsolationClass },
): AgreedSpec {
  const told: string[] = []
  const isGiven = (id: string, what: string): boolean => {
    const request = sheet.requests.find((each) => each.id === id)
    if (request === undefined) return false
    if (!request.possible) told.push(`${what} was left out: ${request.why ?? 'this machine cannot give it.'}`)
    else if (request.isNew && !agreed.includes(id)) told.push(`${what} was left out: it was not agreed to.`)
    else return true
    return false
  }
  const spec: SandboxSpec = {
    ...wished,
    class: isGiven('class', `The class "${wished.class}"`) ? wished.class : defaultClass,
    grants: wished.grants.filter((grant, at) => isGiven(`grant-${at}`, `The grant ${formatGrant(grant)}`)),
    mounts: wished.mounts.filter(({ target }, at) => isGiven(`mount-${at}`, `The mount at ${target}`)),
    ports: wished.ports.filter(({ guestPort }, at) => isGiven(`port-${at}`, `The port ${guestPort}`)),
    networkName:
      wished.networkName !== null && isGiven('network', `The network "${wished.networkName}"`)
        ? wished.networkName
        : null,
    // What comes in is to stay until somebody removes it.
    removeOnExit: false,
  }
  return { spec, told }
}

/** A snapshot is a way back to what it was, so none brings in what the sandbox did not get. */
export function agreeSnapshotSpec(wished: SandboxSpec, sandbox: SandboxSpec): SandboxSpec {
  const isIn = <T>(list: readonly T[]) => {
    const known = new Set(list.map((each) => JSON.stringify(each)))
    return (each: T) => known.has(JSON.stringify(each))
  }
  return {
    ...wished,
    class: sandbox.class,
    grants: wished.grants.filter(isIn(sandbox.grants)),
    mounts: wished.mounts.filter(isIn(sandbox.mounts)),
    ports: wished.ports.filter(isIn(sandbox.ports)),
    networkName: wished.networkName === sandbox.networkName ? wished.networkName : null,
    removeOnExit: false,
  }
}
