import { createInterface } from 'node:readline/promises'
import { joeyScript } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'
import { quietStep, say } from '../steps.ts'
import { findWindowAccount } from './window-account.ts'

/** Starts the agent unless it answers already. It needs root for what it does to the kernel, so others are asked. */
export async function startAgent(): Promise<void> {
  const account = findWindowAccount()
  if (account !== null) {
    const start = () => joey('/bin/sh', [joeyScript, 'agent', 'start', '--owner', String(account.uid)], 'pipe')
    await quietStep('Starting the agent', start)
    return
  }
  if (await isRunning()) return
  const uid = process.getuid?.() ?? 0
  const args = [joeyScript, 'agent', 'start', '--owner', String(uid)]
  const command = `sudo ${args.join(' ')}`
  if (!process.stdin.isTTY)
    throw new Problem(`The agent needs root. Run this command, then npm start again:\n\n  ${command}\n`)
  say(`The agent needs root for namespaces, cgroups and networks. This command starts it:\n\n  ${command}\n`)
  const dialog = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await dialog.question('Run it now? [y/N] ')
  dialog.close()
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new Problem('The agent was not started. Run the command above, then npm start again.')
  await joey('sudo', args, 'inherit')
}

async function isRunning(): Promise<boolean> {
  const { code } = await run('/bin/sh', [joeyScript, 'agent', 'status', '--json'], { timeoutMs: 15_000 })
  return code === 0
}

async function joey(program: string, args: readonly string[], output: 'pipe' | 'inherit'): Promise<void> {
  const { code, stdout, stderr } = await run(program, args, { output })
  if (code !== 0) throw new Problem('The agent could not be started.', `${stdout}${stderr}`)
}
