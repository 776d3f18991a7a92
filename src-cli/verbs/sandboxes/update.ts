import { resourceFields } from '#contract/resource-fields'
import type { SandboxSpec, SpecChange } from '#contract/sandbox'
import { sandboxFields } from '#contract/sandbox-fields'
import type { ChangePlan } from '#contract/sandbox-operations'
import { defineCommand } from '../../command/command.ts'
import { dockerRunOptions } from '../../command/docker-options.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printNote } from '../../context.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'
import { cpuTimeFlags, limitFlags } from '../shared/limit-flags.ts'
import { fieldFlags } from '../shared/run-flags.ts'
import { noCompanions, readFields, readLimits } from './run-spec.ts'

const changed = { ...resourceFields, restartPolicy: sandboxFields.restartPolicy }

export const update = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'A limit below what the sandbox uses at present is refused. That of the disk holds from the next start on; while it runs it\n' +
    'can only be raised. Shares, processors, swap and rates hold from the next start on. joey set changes all else of a sandbox.',
  flags: { ...limitFlags, ...cpuTimeFlags, ...fieldFlags(changed) },
  docker: dockerRunOptions,
  examples: [
    { line: 'joey update -m 512m --cpus 1.5 web', comment: 'Takes effect at once.' },
    { line: 'joey update -m 0 web', comment: 'Lifts the memory limit.' },
    { line: 'joey update --restart unless-stopped web db', comment: 'Starts them again when they end.' },
  ],
  run({ operands, flags }, context) {
    const { limits } = readLimits(flags)
    const given = readFields({ ...noCompanions, ...flags }, { ...context, grants: [] }, changed)
    const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => !isEmptyList(value)))
    if (Object.keys(limits).length === 0 && Object.keys(fields).length === 0) throw usageError('usage-limit-missing')
    if (Object.keys(fields).length === 0) {
      const act = (ref: string) => context.client.updateSandbox({ ref, ...limits })
      return eachSandbox(context, { names: operands, style: flags, act })
    }
    const act = (ref: string) => change(context, ref, { limits, ...fields } as SpecChange)
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})

/** An option that can be given again and again is an empty list where it is not given. */
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

async function change(context: Context, ref: string, wish: SpecChange) {
  const plan = await context.client.planChange({ ref, change: wish })
  const { sandbox } = await context.client.changeSandbox({ ref, change: wish })
  const later = plan.fields.filter(({ effect }) => effect === 'nextStart').map(optionOf)
  if (later.length > 0 && sandbox.state !== 'stopped' && sandbox.state !== 'created')
    printNote(context, `${sandbox.name}: ${later.join(', ')} from its next start on.`)
  return sandbox
}

function optionOf({ field }: ChangePlan['fields'][number]): string {
  const { flag } = sandboxFields[field as keyof SandboxSpec] as { readonly flag?: { readonly name: string } }
  return flag ? `--${flag.name}` : field
}
