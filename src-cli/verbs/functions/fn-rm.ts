import { defineCommand } from '../../command/command.ts'
import { removeEach } from '../shared/remove-each.ts'
import { functionName } from './function-name.ts'

export const fnRm = defineCommand({
  operands: 'FUNCTION [FUNCTION...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'Removes functions with their revisions and sandboxes. Calls under way are waited for, unless that is not wanted.',
  flags: { force: { type: 'boolean', short: 'f', help: 'End calls that are under way.' } },
  examples: [{ line: 'joey fn rm count', comment: 'Nothing of it is left.' }],
  run({ operands, flags }, context) {
    return removeEach(context, operands.map(functionName), flags, (name) =>
      context.client.removeFunction({ name, force: flags.force }),
    )
  },
})
