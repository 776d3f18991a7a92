import type { Client } from '#contract/client/client'
import { signalName } from '#contract/words'
import { defineCommand } from '../../command/command.ts'
import type { Flags, Values } from '../../command/flags.ts'
import { usageError } from '../../command/usage-error.ts'
import { parseGrace } from '../../parse/time.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'

/*
 * Verbs that are one operation of the contract, done to each sandbox that is named.
 */

export const pause = each('pauseSandbox', {
  flags: {},
  examples: [{ line: 'joey pause web', comment: 'Freezes it; memory and files stay as they are.' }],
})

export const resume = each('resumeSandbox', {
  flags: {},
  examples: [{ line: 'joey resume web', comment: 'Lets it go on where it was.' }],
})

const stopFlags = {
  time: { type: 'string', short: 't', value: 'SECONDS', help: 'Wait this long before killing it.' },
  timeout: { type: 'string', value: 'SECONDS', help: 'The same as --time.' },
  signal: { type: 'string', short: 's', value: 'SIGNAL', help: 'What to send first, this once.' },
} as const

export const stop = each('stopSandbox', {
  flags: stopFlags,
  request: readStop,
  examples: [{ line: 'joey stop -t 2 web', comment: 'Sends its stop signal, and kills it after two seconds.' }],
})

export const restart = each('restartSandbox', {
  flags: stopFlags,
  request: readStop,
  examples: [{ line: 'joey restart -t 2 web', comment: 'Stops it within two seconds and starts it again.' }],
})

export const kill = each('killSandbox', {
  flags: {
    signal: {
      type: 'string',
      short: 's',
      value: 'SIGNAL',
      help: 'Which signal: a name or a number. KILL if not given.',
    },
  },
  request: ({ signal = 'KILL' }) => ({ signal: readSignal(signal) }),
  examples: [
    { line: 'joey kill web', comment: 'Kills it at once.' },
    { line: 'joey kill -s HUP web', comment: 'Asks its main process to read its configuration again.' },
  ],
})

/** The operations whose request needs a sandbox, and nothing that has no default. */
type EachOperation = {
  [K in keyof Client]: { ref: string } extends Parameters<Client[K]>[0] ? K : never
}[keyof Client]
type Request<K extends EachOperation> = Omit<Parameters<Client[K]>[0], 'ref'>
type Answer<K extends EachOperation> = Awaited<ReturnType<Client[K]>>

interface EachVerb<K extends EachOperation, F extends Flags> {
  readonly description?: string
  readonly flags: F
  /** What the flags add to the request. */
  readonly request?: (flags: Values<F>) => Request<K>
  /** What is printed for one that went well; its name, where absent. */
  readonly line?: (answer: Answer<K>) => string
  readonly examples: Parameters<typeof defineCommand>[0]['examples']
}

function each<K extends EachOperation, const F extends Flags>(
  operation: K,
  { request, line, ...verb }: EachVerb<K, F>,
) {
  return defineCommand({
    operands: 'SANDBOX [SANDBOX...]',
    count: [1, Number.POSITIVE_INFINITY],
    ...verb,
    run({ operands, flags }, context) {
      const more = request?.(flags)
      const call = context.client[operation] as (request: object) => Promise<Answer<K>>
      const act = (ref: string) => call({ ...more, ref })
      return eachSandbox(context, { names: operands, style: flags, act, ...(line ? { line } : {}) })
    },
  })
}

function readStop({ time, timeout, signal }: Values<typeof stopFlags>) {
  const grace = time ?? timeout
  return {
    ...(grace !== undefined && { graceMs: parseGrace(time === undefined ? '--timeout' : '-t', grace) }),
    ...(signal !== undefined && { signal: readSignal(signal) }),
  }
}

function readSignal(text: string): string {
  const signal = text.toUpperCase()
  if (signalName.pattern.test(signal)) return signal
  throw usageError('usage-signal', { text })
}
