import type { Context, Output } from '../context.ts'
import { createOutputFilter, type OutputRule } from './output-filter.ts'

/** The same context, but what is written to an output that is a terminal passes a filter. Pipes and files get every byte. */
export function filterTerminals<C extends Pick<Context, 'stdout' | 'stderr'>>(context: C, rule: OutputRule): C {
  const { stdout, stderr } = context
  // To copy a context reads its standard input, which not every command needs, and which takes time to open.
  if (stdout.isTTY !== true && stderr.isTTY !== true) return context
  return { ...context, stdout: filterOutput(stdout, rule), stderr: filterOutput(stderr, rule) }
}

function filterOutput(output: Output, rule: OutputRule): Output {
  if (output.isTTY !== true) return output
  const filter = createOutputFilter(rule)
  return {
    isTTY: true,
    get columns() {
      return output.columns
    },
    get rows() {
      return output.rows
    },
    write: (bytes, done) => output.write(filter.pass(bytes), done),
    once: (event, listener) => output.once(event, listener),
  }
}
