import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'

export const signingKey = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'The public key that signs the bundles of this machine, and the keys that are trusted here.',
  flags: {},
  examples: [{ line: 'joey signing key', comment: 'Give the first line to who imports your bundles.' }],
  async run({ flags }, { client, stdout }) {
    const answer = await client.readSigningKey({})
    if (flags.json) printJson(stdout, answer)
    else {
      printLine(stdout, answer.publicKey)
      for (const { name, publicKey } of answer.trusted) printLine(stdout, sanitize(`trusted: ${name} ${publicKey}`))
    }
    return ExitCode.ok
  },
})

export const signingTrust = defineCommand({
  operands: 'KEY NAME',
  count: [2, 2],
  description: 'Bundles that are signed with this public key are then no longer those of a stranger.',
  flags: { remove: { type: 'boolean', help: 'Trust it no longer.' } },
  examples: [{ line: 'joey signing trust RWQf6LRC... anna', comment: "Trusts Anna's bundles." }],
  async run({ operands: [publicKey = '', name = ''], flags }, { client, stdout }) {
    const answer = await client.trustSigner({ publicKey, name, trusted: !flags.remove })
    if (flags.json) printJson(stdout, answer)
    else printLine(stdout, answer.key)
    return ExitCode.ok
  },
})
