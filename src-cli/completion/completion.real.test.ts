import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shareTestAgent } from '../testing/shared-agent.ts'
import { shells } from './shells.ts'

const testAgent = shareTestAgent()
const folder = mkdtempSync(join(tmpdir(), 'joey-completion-'))
const program = join(folder, 'joey')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(async () => {
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${resolve('src-cli/index.ts')}' "$@"\n`)
  chmodSync(program, 0o755)
  writeFileSync(join(folder, 'joey.bash'), shells['bash'] ?? '')
  await testAgent.startSleeper('web-one')
  await testAgent.joey(['image', 'tag', 'busybox', 'team/tools:1'])
})

/** What bash has for a line when the key is pressed at its end. */
async function inBash(line: string): Promise<readonly string[]> {
  const script = `source '${join(folder, 'joey.bash')}'
COMP_LINE=$1 COMP_POINT=\${#1}
_joey
printf '%s\\n' "\${COMPREPLY[@]}"`
  const env = { ...process.env, JOEY_HOME: testAgent.home, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', line], { env })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((each) => each !== '')
}

test.each([
  ['joey inspe', ['inspect']],
  ['joey image ta', ['tag']],
  ['joey logs web', ['web-one']],
  ['joey logs -f ', ['web-one']],
  ['joey run team', ['team/tools:1']],
  // What stands before a colon is a word of its own for readline.
  ['joey run team/tools:', ['1']],
  ['joey logs --foll', ['--follow']],
])('bash completes %j by %j', async (line, found) => {
  expect(await inBash(line)).toEqual(found)
})

test('the scripts are printed as they are, and another shell is refused', async () => {
  for (const [shell, script] of Object.entries(shells)) {
    expect((await testAgent.joey(['completion', shell])).stdout).toBe(script)
  }
  expect(await testAgent.joey(['completion', 'tcsh'])).toMatchObject({ code: 64 })
})
