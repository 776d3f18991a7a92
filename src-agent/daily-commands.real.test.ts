import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dailyCommands, everydayPrograms, type Outcome } from './testing/daily/daily-commands.ts'
import { findProgram, programTree } from './testing/daily/program-tree.ts'
import { dockerArchive } from './testing/images/image-builder.ts'
import { tarFile } from './testing/images/tar-builder.ts'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

const classes = ['container', 'gvisor', 'microvm'] as const
const canRun = ({ needs = [] }: { readonly needs?: readonly string[] }) => needs.every((name) => findProgram(name))

let agent: TestAgent
const folder = mkdtempSync(join(tmpdir(), 'joey-daily-'))

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  const extra = dailyCommands.filter(canRun).flatMap(({ needs = [] }) => needs)
  const layer = tarFile([
    ...programTree([...everydayPrograms, ...extra]),
    { name: 'etc/', type: '5', mode: 0o755 },
    { name: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/bash\n' },
    { name: 'etc/group', content: 'root:x:0:\n' },
    { name: 'root/', type: '5', mode: 0o700 },
  ])
  const archive = join(folder, 'image.tar')
  writeFileSync(archive, dockerArchive({ layers: [layer], tags: ['daily:1'] }))
  await agent.client.importImage({ path: archive })
})
afterAll(async () => {
  await agent.dispose()
  rmSync(folder, { recursive: true, force: true })
})

/** Says of each command what it printed and how it ended, in one go: a command of its own takes long to start where machines are emulated. */
const runner = `
mkdir -p /days; export LC_ALL=C HOME=/root
for file in /commands/*; do
  day=/days/\${file##*/}; mkdir $day; cd $day
  cp $file /daily; printf '\\n#### %s\\n' "\${file##*/}"
  bash /daily </dev/null 2>&1; printf '\\n#code %s\\n' $?
done`

function readOutcomes(text: string): Map<string, Outcome> {
  const parts = text.split('\n#### ').slice(1)
  return new Map(
    parts.map((part) => {
      const [, name = '', printed = '', code = ''] =
        /^(\d+)\n([^]*)\n#code (\d+)\n$/.exec(`${part}\n`.replace(/\n\n$/, '\n')) ?? []
      return [name, { text: printed.replace(/\n$/, ''), code: Number(code) }]
    }),
  )
}

describe.each(classes)('a day with programs of this distribution in the class %s', (own) => {
  let outcomes = new Map<string, Outcome>()

  beforeAll(async () => {
    const spec = { ...scriptSpec('sleep 100000', { class: own }), image: 'daily:1' }
    const { id } = await agent.client.createSandbox({ spec })
    const commands = tarFile(
      dailyCommands.map(({ script }, at) => ({ name: `commands/${at}`, content: `${script}\n`, mode: 0o644 })),
    )
    const unpacked = await agent.exec(id, { argv: ['tar', 'xf', '-', '-C', '/'] }, commands)
    if (unpacked.end.code !== 0) throw new Error(unpacked.stderr.toString())
    const { stdout } = await agent.exec(id, { argv: ['bash', '-c', runner] })
    outcomes = readOutcomes(stdout.toString('utf8'))
    await agent.client.removeSandbox({ ref: id, force: true })
    // Some three hundred programs, each of which an emulated machine takes a while to start.
  }, 600_000)

  for (const [at, command] of dailyCommands.entries()) {
    test.skipIf(!canRun(command))(`${command.name}`, () => {
      const usual = { text: command.prints, code: command.code ?? 0 }
      expect(outcomes.get(String(at))).toEqual(command.otherwise?.[own] ?? usual)
    })
  }
})
