import { appError } from '#contract/app-error'
import type { FunctionDetails, TrafficShare } from '#contract/function'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { functionName } from './function-name.ts'

export const fnTraffic = defineCommand({
  operands: 'FUNCTION REVISION=PERCENT[:TAG] [REVISION=PERCENT[:TAG]...]',
  count: [2, Number.POSITIVE_INFINITY],
  description:
    'The shares make 100. A revision with a tag has an address of its own, TAG--FUNCTION.localhost, also with a share of 0.',
  flags: {},
  examples: [
    { line: 'joey fn traffic site 3=90 4=10:canary', comment: 'One call in ten goes to revision 4.' },
    { line: 'joey fn traffic site 4=100', comment: 'All of them.' },
  ],
  async run({ operands: [name = '', ...shares], flags }, context) {
    const traffic = shares.map(readShare)
    show(context, await context.client.setTraffic({ name: functionName(name), traffic }), flags)
    return ExitCode.ok
  },
})

export const fnRollback = defineCommand({
  operands: 'FUNCTION [REVISION]',
  count: [1, 2],
  description:
    'Without a revision: to the newest one before those that get calls now. Calls under way end where they are.',
  flags: {},
  examples: [{ line: 'joey fn rollback site', comment: 'Back to what was there before the last deploy.' }],
  async run({ operands: [text = '', wanted], flags }, context) {
    const name = functionName(text)
    const now = await context.client.inspectFunction({ name })
    const revision = wanted === undefined ? revisionBefore(now) : readRevision(wanted)
    const tagged = now.traffic.filter(({ tag }) => tag !== null)
    const own = tagged.find((share) => share.revision === revision)
    const traffic = [
      { revision, percent: 100, tag: own?.tag ?? null },
      ...tagged.filter((share) => share !== own).map((share) => ({ ...share, percent: 0 })),
    ]
    show(context, await context.client.setTraffic({ name, traffic }), flags)
    return ExitCode.ok
  },
})

function revisionBefore({ name, revisions, traffic }: FunctionDetails): number {
  const served = traffic.filter(({ percent }) => percent > 0).map(({ revision }) => revision)
  const before = revisions.find(({ number }) => number < Math.min(...served))
  if (before === undefined) throw appError('function-revision-not-found', { name, revision: 'before' })
  return before.number
}

function readShare(text: string): TrafficShare {
  const match = /^(\d{1,9})=(\d{1,3})%?(?::([a-z0-9-]+))?$/.exec(text)
  if (!match) throw usageError('usage-traffic', { text })
  return { revision: Number(match[1]), percent: Number(match[2]), tag: match[3] ?? null }
}

function readRevision(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usageError('usage-traffic', { text })
  return Number(text)
}

function show(context: Context, now: FunctionDetails, { json }: { readonly json: boolean }): void {
  if (json) return printJson(context.stdout, now)
  for (const { revision, percent, tag } of now.traffic)
    printLine(context.stdout, `${revision}: ${percent} %${tag === null ? '' : `  ${tag}`}`)
}
