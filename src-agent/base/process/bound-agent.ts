import { protectAgent } from './oom-score.ts'
import type { Run } from './run.ts'

/**
 * What holds for the agent and, because it is inherited, for everything that it starts: no core dumps, which would be files
 * with a guest's memory, or the agent's, at a place that the machine's settings choose. Node cannot set a limit of its own
 * process. The protection from want of memory is for the agent alone: `start` takes it from children.
 */
export async function boundAgent(run: Run): Promise<void> {
  await run('prlimit', ['--pid', String(process.pid), '--core=0:0'], { timeoutMs: 5_000 })
  protectAgent()
}
