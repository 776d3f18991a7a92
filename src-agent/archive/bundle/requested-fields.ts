import type * as z from 'zod'
import type { PermissionSheet } from '#contract/archive'
import { defaultsOf } from '#contract/field-defaults'
import { formatGrant } from '#contract/grant-text'
import { portText } from '#contract/port-text'
import type { Limits, SandboxSpec } from '#contract/sandbox'
import type { sandboxFields } from '#contract/sandbox-fields'
import { type Sentence, type SentenceValues, sentence } from '#contract/sentence'
import { defaultLimits, keepLimits, liftedLimits } from './lifted-limits.ts'

/** Fields of which a bundle brings in only what a person agrees to, as the one table of fields has them. */
export type RequestedKey = {
  [K in keyof typeof sandboxFields]: (typeof sandboxFields)[K]['inBundle'] extends 'requested' ? K : never
}[keyof typeof sandboxFields]

/** One thing that a bundle wants, which is agreed to or refused as a whole. */
export interface Wish {
  readonly id: string
  readonly kind: z.output<typeof PermissionSheet>['requests'][number]['kind']
  readonly said: Sentence
  /** What the sentence names that says that it was left out. */
  readonly about: SentenceValues<'import-not-agreed'>[0]
  /** Whether this machine can give it is tried with this part of a specification. Absent: nothing stands against it. */
  readonly tried?: Partial<SandboxSpec>
}

/** What a field asks for, and what is left of it. */
interface RequestedField<K extends RequestedKey> {
  wishes(wished: SandboxSpec): readonly Wish[]
  /** What is agreed to; `usual` where that is nothing. */
  keep(wished: SandboxSpec, isGiven: (wish: Wish) => boolean, usual: SandboxSpec[K]): SandboxSpec[K]
  /** Of what a snapshot has, what its sandbox has got. */
  within(wished: SandboxSpec, sandbox: SandboxSpec): SandboxSpec[K]
}

/** One entry for each, for which the compiler asks; in the order in which they are shown. */
const requestedFields: { readonly [K in RequestedKey]: RequestedField<K> } = {
  class: {
    wishes: (wished) => [classWish(wished)],
    keep: (wished, isGiven, usual) => (isGiven(classWish(wished)) ? wished.class : usual),
    within: (_wished, sandbox) => sandbox.class,
  },
  limits: {
    wishes: ({ limits }) => liftedLimits(limits).map((name) => limitWish(limits, name)),
    keep: ({ limits }, isGiven) => keepLimits(limits, (name) => isGiven(limitWish(limits, name))),
    within: ({ limits }, sandbox) => keepLimits(limits, (name) => liftedLimits(sandbox.limits).includes(name)),
  },
  grants: listField('grants', ({ grants }) =>
    grants.map((grant, at) => ({
      id: `grant-${at}`,
      kind: 'grant',
      said: sentence('wants-grant', { grant: formatGrant(grant) }),
      about: { kind: 'grant', name: formatGrant(grant) },
      tried: { grants: [grant] },
    })),
  ),
  mounts: listField('mounts', ({ mounts, grants }) =>
    mounts.map((mount, at) => ({
      id: `mount-${at}`,
      kind: 'mount',
      said: sentence('wants-mount', {
        access: mount.readOnly ? 'read' : 'write',
        source: mount.source,
        target: mount.target,
      }),
      about: { kind: 'mount', name: mount.target },
      tried: { mounts: [mount], grants },
    })),
  ),
  ports: listField('ports', ({ ports }) =>
    ports.map(({ hostPort, guestPort, protocol }, at) => ({
      id: `port-${at}`,
      kind: 'port',
      said: sentence('wants-port', { hostPort, guestPort: portText(guestPort, protocol) }),
      about: { kind: 'port', name: portText(guestPort, protocol) },
    })),
  ),
  networkName: {
    wishes: networkWishes,
    keep: (wished, isGiven) => (networkWishes(wished).every(isGiven) ? wished.networkName : null),
    within: (wished, sandbox) => (wished.networkName === sandbox.networkName ? wished.networkName : null),
  },
}
const requestedKeys = Object.keys(requestedFields) as RequestedKey[]

/** Everything that a specification wants and that needs consent. */
export function wishesOf(wished: SandboxSpec): readonly Wish[] {
  return requestedKeys.flatMap((key) => requestedFields[key].wishes(wished))
}

/** A specification without anything that needs consent, to try one wish by. */
export function withoutWishes(wished: SandboxSpec): SandboxSpec {
  return { ...wished, ...defaultsOf(requestedKeys), class: wished.class, limits: wished.limits }
}

/** Of the fields that are requested, what was agreed to; of those in `usual` that, where it is nothing. */
export function keepAgreed(
  wished: SandboxSpec,
  isGiven: (wish: Wish) => boolean,
  usual: Partial<SandboxSpec>,
): Partial<SandboxSpec> {
  const otherwise = { ...wished, ...defaultsOf(requestedKeys), ...usual }
  const keep = <K extends RequestedKey>(key: K) =>
    [key, requestedFields[key].keep(wished, isGiven, otherwise[key])] as const
  return Object.fromEntries(requestedKeys.map(keep))
}

/** Of the fields that are requested, what a sandbox has got. */
export function keepWithin(wished: SandboxSpec, sandbox: SandboxSpec): Partial<SandboxSpec> {
  return Object.fromEntries(requestedKeys.map((key) => [key, requestedFields[key].within(wished, sandbox)]))
}

/** A list whose entries are agreed to one by one. There are as many wishes as entries, in their order. */
function listField<K extends 'grants' | 'mounts' | 'ports'>(
  key: K,
  wishes: (wished: SandboxSpec) => readonly Wish[],
): RequestedField<K> {
  const pick = (list: SandboxSpec[K], isKept: (entry: SandboxSpec[K][number], at: number) => boolean) =>
    [...list].filter(isKept) as unknown as SandboxSpec[K]
  return {
    wishes,
    keep(wished, isGiven) {
      const all = wishes(wished)
      return pick(wished[key], (_entry, at) => all[at] !== undefined && isGiven(all[at]))
    },
    within(wished, sandbox) {
      const got = new Set([...sandbox[key]].map((entry) => JSON.stringify(entry)))
      return pick(wished[key], (entry) => got.has(JSON.stringify(entry)))
    },
  }
}

function classWish({ class: name }: SandboxSpec): Wish {
  const said = sentence('wants-class', { class: name })
  return { id: 'class', kind: 'class', said, about: { kind: 'class', name } }
}

/** None where a new sandbox has one, or a higher one. */
function limitWish(limits: Limits, name: keyof Limits): Wish {
  const wanted = limits[name]
  const usual = String(defaultLimits[name])
  const said = sentence('wants-limit', { limit: name, ...(wanted !== null && { wanted }), usual })
  return { id: `limit-${name}`, kind: 'grant', said, about: { kind: 'limit', name } }
}

function networkWishes({ networkName }: SandboxSpec): readonly Wish[] {
  if (networkName === null) return []
  const said = sentence('wants-network', { network: networkName })
  return [{ id: 'network', kind: 'network', said, about: { kind: 'network', name: networkName } }]
}
