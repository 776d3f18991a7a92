import { AppError, appError } from '#contract/app-error'
import { formatGrant, grantForms } from '#contract/grant-text'
import { parseGrant } from '#contract/parse-grant'
import type { Grant } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError, usageErrorOf } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const grant = defineCommand({
  operands: 'SANDBOX [GRANT...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: `Gives a sandbox what is refused by default, from its next start on:\n${grantForms.join(', ')}.\nWithout a grant it lists those that it has.`,
  flags: {},
  examples: [
    { line: 'joey grant web host-path:/etc:ro', comment: 'Shows /etc of this machine inside, at /host/etc.' },
    { line: 'joey grant web', comment: 'Lists what it was given.' },
  ],
  async run({ operands: [word = '', ...texts], flags }, context) {
    const ref = sandboxRef(word)
    const { spec } = await context.client.inspectSandbox({ ref })
    const added = texts.map(readGrant)
    const known = new Set(spec.grants.map(formatGrant))
    const grants = [...spec.grants, ...added.filter((each) => !known.has(formatGrant(each)))]
    return apply(context, { ref, grants, changed: added.length > 0, json: flags.json })
  },
})

export const revoke = defineCommand({
  operands: 'SANDBOX [GRANT...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Takes grants back, from its next start on; all of them with --all.',
  flags: { all: { type: 'boolean', help: 'Take back every grant.' } },
  examples: [{ line: 'joey revoke web cap:SYS_ADMIN', comment: 'After a restart it no longer has the capability.' }],
  async run({ operands: [word = '', ...texts], flags }, context) {
    if (flags.all === texts.length > 0) throw usageError('usage-grants-or-all')
    const ref = sandboxRef(word)
    const { spec, name } = await context.client.inspectSandbox({ ref })
    const gone = new Set(texts.map((text) => formatGrant(readGrant(text))))
    for (const text of gone) {
      if (!spec.grants.some((each) => formatGrant(each) === text)) throw notGranted(name, text, spec.grants)
    }
    const grants = flags.all ? [] : spec.grants.filter((each) => !gone.has(formatGrant(each)))
    return apply(context, { ref, grants, changed: true, json: flags.json })
  },
})

/** Reads a grant, or says how they are written. */
export function readGrant(text: string): Grant {
  try {
    return parseGrant(text)
  } catch (error) {
    throw usageErrorOf(AppError.from(error).wire)
  }
}

function notGranted(name: string, text: string, grants: readonly Grant[]): AppError {
  return appError('grant-not-held', { name, grant: text, held: grants.map(formatGrant).join(', ') })
}

interface Wish {
  readonly ref: string
  readonly grants: readonly Grant[]
  readonly changed: boolean
  readonly json: boolean
}

async function apply(context: Context, { ref, grants, changed, json }: Wish): Promise<number> {
  const { client, stdout } = context
  const sandbox = changed ? await client.setGrants({ ref, grants: [...grants] }) : await client.inspectSandbox({ ref })
  if (json) printJson(stdout, sandbox.spec.grants)
  else for (const each of sandbox.spec.grants) printLine(stdout, formatGrant(each))
  const runs = sandbox.state === 'running' || sandbox.state === 'paused'
  if (changed && runs)
    printNote(context, `"${sandbox.name}" runs: this holds from its next start on (joey restart ${sandbox.name}).`)
  return ExitCode.ok
}
