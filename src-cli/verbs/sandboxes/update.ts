import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { parseCpus, parseMemory, parsePids } from '../../parse/size.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'
import { limitFlags } from '../shared/limit-flags.ts'

export const update = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'A limit below what the sandbox uses at present is refused.',
  flags: limitFlags,
  examples: [
    { line: 'joey update -m 512m --cpus 1.5 web', comment: 'Takes effect at once.' },
    { line: 'joey update -m 0 web', comment: 'Lifts the memory limit.' },
  ],
  run({ operands, flags }, context) {
    const { memory, cpus, 'pids-limit': pids } = flags
    if (memory === undefined && cpus === undefined && pids === undefined) {
      throw usageError('usage-limit-missing')
    }
    const limits = {
      ...(memory === undefined ? {} : { memoryBytes: parseMemory('--memory', memory) }),
      ...(cpus === undefined ? {} : { cpus: parseCpus('--cpus', cpus) }),
      ...(pids === undefined ? {} : { pids: parsePids('--pids-limit', pids) }),
    }
    const act = (ref: string) => context.client.updateSandbox({ ref, ...limits })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
