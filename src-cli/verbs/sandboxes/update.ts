import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { parseCpus, parseDisk, parseMemory, parsePids } from '../../parse/size.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'
import { limitFlags } from '../shared/limit-flags.ts'

export const update = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'A limit below what the sandbox uses at present is refused.\nThat of the disk holds from the next start on; while it runs it can only be raised.',
  flags: limitFlags,
  examples: [
    { line: 'joey update -m 512m --cpus 1.5 web', comment: 'Takes effect at once.' },
    { line: 'joey update -m 0 web', comment: 'Lifts the memory limit.' },
    { line: 'joey update --disk 20g web', comment: 'Gives its disk more room, from the next start on.' },
  ],
  run({ operands, flags }, context) {
    const { memory, cpus, 'pids-limit': pids, disk } = flags
    if (memory === undefined && cpus === undefined && pids === undefined && disk === undefined) {
      throw usageError('usage-limit-missing')
    }
    const limits = {
      ...(memory === undefined ? {} : { memoryBytes: parseMemory('--memory', memory) }),
      ...(cpus === undefined ? {} : { cpus: parseCpus('--cpus', cpus) }),
      ...(pids === undefined ? {} : { pids: parsePids('--pids-limit', pids) }),
      ...(disk === undefined ? {} : { diskBytes: parseDisk('--disk', disk) }),
    }
    const act = (ref: string) => context.client.updateSandbox({ ref, ...limits })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
