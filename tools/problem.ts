/**
 * A failure that the person in front of the terminal can act on. Its message is a whole sentence that says what to do;
 * the tools print it without a stack.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** Raw output of a program, shown below the sentence. */
  readonly detail: string | undefined

  constructor(message: string, detail?: string) {
    super(message)
    this.detail = detail
  }
}

/** Runs a tool's main function; a Problem becomes a sentence, anything else keeps its stack because it is a bug. */
export async function runTool(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main()
  } catch (error) {
    process.exitCode = 1
    if (!(error instanceof Problem)) throw error
    process.stderr.write(`\n${error.message}\n`)
    if (error.detail) process.stderr.write(`${error.detail.trimEnd()}\n`)
  }
}
