import { text } from 'node:stream/consumers'
import { RegistryHost } from '#contract/image'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { ask } from '../../tty/ask.ts'

export const login = defineCommand({
  operands: '[REGISTRY]',
  count: [0, 1],
  description:
    'Asks the registry whether it takes your name and password, and keeps them in the state folder for pulls if it does.\n' +
    'The password is asked for, or read from standard input; it is never an option, which others could see.',
  flags: {
    username: { type: 'string', short: 'u', value: 'NAME', help: 'Your name there; asked for if not given.' },
    'password-stdin': { type: 'boolean', help: 'Read the password from standard input.' },
  },
  examples: [
    { line: 'joey login -u ann reg.example.org', comment: 'Asks for the password.' },
    { line: 'joey login -u ann --password-stdin reg.example.org <token', comment: 'Takes it from a file.' },
  ],
  async run({ operands, flags }, context) {
    const username = flags.username ?? (await askName(context, flags['password-stdin']))
    const password = flags['password-stdin']
      ? await readPassword(context)
      : await ask(context, 'Password: ', { secret: true })
    const done = await context.client.loginToRegistry({ ...registryOf(operands), credential: { username, password } })
    if (flags.json) printJson(context.stdout, done)
    else printLine(context.stdout, `${done.username} at ${done.registry}`)
    return ExitCode.ok
  },
})

export const logout = defineCommand({
  operands: '[REGISTRY]',
  count: [0, 1],
  description: 'Forgets what "joey login" has kept. What Docker and podman keep stays theirs.',
  flags: { list: { type: 'boolean', short: 'l', help: 'Only show for which registries something is kept.' } },
  examples: [{ line: 'joey logout reg.example.org', comment: 'Forgets name and password for it.' }],
  async run({ operands, flags }, context) {
    if (flags.list) {
      const logins = await context.client.listLogins({})
      if (flags.json) printJson(context.stdout, logins)
      else for (const { registry, username } of logins) printLine(context.stdout, `${registry}  ${username}`)
      return ExitCode.ok
    }
    const done = await context.client.logoutFromRegistry(registryOf(operands))
    if (flags.json) printJson(context.stdout, done)
    else printLine(context.stdout, done.registry)
    return ExitCode.ok
  },
})

async function readPassword({ stdin }: Context): Promise<string> {
  const password = (await text(stdin)).replace(/\r?\n$/, '')
  if (password === '') throw usageError('usage-login-password')
  return password
}

function askName(context: Context, passwordFromInput: boolean): Promise<string> {
  if (passwordFromInput) throw usageError('usage-login-name')
  return ask(context, 'Name: ', { secret: false })
}

function registryOf([given]: readonly string[]): { registry?: string } {
  if (given === undefined) return {}
  const registry = given.toLowerCase()
  if (!RegistryHost.safeParse(registry).success) throw usageError('usage-registry', { text: given })
  return { registry }
}
