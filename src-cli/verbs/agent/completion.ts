import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { complete, type Names } from '../../completion/complete.ts'
import { shells } from '../../completion/shells.ts'
import { type Context, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'

export const completion = defineCommand({
  operands: 'bash|zsh|fish',
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  description: 'Commands, options, and the names of the sandboxes, images and snapshots that are there at that moment.',
  flags: {},
  examples: [
    { line: 'source <(joey completion bash)', comment: 'In this shell; for all of them in ~/.bashrc.' },
    { line: 'joey completion fish > ~/.config/fish/completions/joey.fish', comment: 'For fish.' },
  ],
  async run({ operands: [shell = '', ...words] }, context) {
    if (shell === 'words') {
      for (const word of await complete(words[0] === '--' ? words.slice(1) : words, namesOf(context))) {
        printLine(context.stdout, word)
      }
      return ExitCode.ok
    }
    const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined
    if (script === undefined || words.length > 0) throw usageError('usage-shell', { text: [shell, ...words].join(' ') })
    context.stdout.write(script)
    return ExitCode.ok
  },
})

/** Without an agent there are no names, and no failure in the middle of a line that somebody types. */
function namesOf({ client }: Pick<Context, 'client'>): Names {
  const orNone = async (names: Promise<readonly string[]>) => (await names.catch(() => [])).map(sanitize)
  return {
    sandboxes: () => orNone(client.listSandboxes({ all: true }).then((all) => all.map(({ name }) => name))),
    images: () =>
      orNone(
        client
          .listImages({})
          .then((all) => all.flatMap(({ names }) => names.map((name) => name.replace(/:latest$/, '')))),
      ),
    snapshots: () =>
      orNone(client.listSnapshots({}).then((all) => all.map(({ sandboxName, name }) => `${sandboxName}@${name}`))),
  }
}
