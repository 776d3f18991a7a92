import { AppError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import { sayTexts } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printFailure } from '../../failure.ts'
import { sanitize } from '../../output/sanitize.ts'
import { withProgress } from '../../output/task-progress.ts'

export const snapshotRm = defineCommand({
  operands: 'SNAPSHOT [SNAPSHOT...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'What was made from a snapshot stays as it is. What only the snapshot needs is freed.',
  flags: {},
  examples: [{ line: 'joey snapshot rm web@before-upgrade', comment: 'Removes one.' }],
  async run({ operands, flags }, context) {
    const removed = []
    let code: number = ExitCode.ok
    for (const ref of operands) {
      try {
        removed.push(await context.client.removeSnapshot({ ref }))
        if (!flags.json) printLine(context.stdout, ref)
      } catch (error) {
        if (AppError.from(error).wire.code === 'unavailable') throw error
        printFailure(context, AppError.from(error), flags)
        code = ExitCode.failed
      }
    }
    if (flags.json) printJson(context.stdout, removed)
    else printNote(context, `Freed ${formatBytes(removed.reduce((sum, { freedBytes }) => sum + freedBytes, 0))}.`)
    return code
  },
})

export const snapshotPrune = defineCommand({
  operands: '[SANDBOX]',
  count: [0, 1],
  description: 'Removes snapshots that Joey made and that the rules of keeping no longer keep. Those you made stay.',
  flags: { 'dry-run': { type: 'boolean', help: 'Only show what would be removed.' } },
  examples: [
    { line: 'joey snapshot prune --dry-run', comment: 'What the rules would remove, and what else takes room.' },
  ],
  async run({ operands: [sandbox], flags }, context) {
    const dryRun = flags['dry-run']
    const result = await context.client.pruneSnapshots({ ...(sandbox === undefined ? {} : { sandbox }), dryRun })
    if (flags.json) {
      printJson(context.stdout, result)
      return ExitCode.ok
    }
    for (const { id, name, sandboxName } of result.removed)
      printLine(context.stdout, sanitize(`${id}  ${sandboxName}@${name}`))
    printNote(context, `${dryRun ? 'Would free' : 'Freed'} ${formatBytes(result.freedBytes)}.`)
    for (const sentence of sayTexts(result.advice, result.adviceWordings, context.language ?? null)) {
      printNote(context, sanitize(sentence))
    }
    return ExitCode.ok
  },
})

export const snapshotVerify = defineCommand({
  operands: '[SNAPSHOT]',
  count: [0, 1],
  description:
    'Reads layers and saved memory again and compares them with their checksums. All of them without a name.',
  flags: {},
  examples: [
    { line: 'joey snapshot verify', comment: 'Checks every snapshot; the exit code is 1 where one is damaged.' },
  ],
  async run({ operands: [ref], flags }, context) {
    const checks = await withProgress(context, (task) =>
      context.client.verifySnapshots({ ...(ref === undefined ? {} : { ref }), task }),
    )
    if (flags.json) printJson(context.stdout, checks)
    else
      for (const { id, name, ok, checkedBytes, problems, problemsWordings } of checks) {
        printLine(context.stdout, sanitize(`${id}  ${name}  ${ok ? 'ok' : 'damaged'}  ${formatBytes(checkedBytes)}`))
        for (const problem of sayTexts(problems, problemsWordings, context.language ?? null)) {
          printLine(context.stdout, sanitize(`  ${problem}`))
        }
      }
    return checks.every(({ ok }) => ok) ? ExitCode.ok : ExitCode.failed
  },
})
