import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { parseDetachKeys } from '../../tty/detach-keys.ts'
import { requireTty } from '../../tty/require-tty.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'
import { runForeground } from './run-foreground.ts'

export const start = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'With -a or -i one sandbox, whose main process is shown here; it then ends with the code of that.',
  flags: {
    attach: { type: 'boolean', short: 'a', help: 'Show the main process here, and hand signals on to it.' },
    interactive: { type: 'boolean', short: 'i', help: 'Feed standard input to it too.' },
    'detach-keys': { type: 'string', value: 'KEYS', help: 'Keys that leave the terminal: ctrl-p,ctrl-q if not given.' },
    raw: { type: 'boolean', help: 'Let output reach the clipboard here, and be answered by this terminal.' },
  },
  docker: { '--checkpoint': 'checkpoint', '--checkpoint-dir': 'checkpoint' },
  examples: [
    { line: 'joey start web', comment: 'Starts it again with the files it had.' },
    { line: 'joey start -ai box', comment: 'Its shell again.' },
  ],
  async run({ operands, flags }, context) {
    const { client } = context
    if (!flags.attach && !flags.interactive)
      return eachSandbox(context, { names: operands, style: flags, act: (ref) => client.startSandbox({ ref }) })
    const [word = '', extra] = operands
    if (extra !== undefined) throw usageError('usage-start-attach-one', { extra })
    if (flags['detach-keys'] !== undefined) parseDetachKeys(flags['detach-keys'])
    const { id, spec } = await client.inspectSandbox({ ref: sandboxRef(word) })
    if (spec.tty) requireTty(context)
    const shown = {
      ...flags,
      rm: false,
      tty: spec.tty,
      interactive: flags.interactive && spec.stdin,
      'sig-proxy': true,
    }
    return runForeground(context, { create: () => client.startSandbox({ ref: id }), flags: shown })
  },
})
