import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultCapabilities } from '../src-agent/engines/oci/grants.ts'
import { findVerb } from '../src-cli/command/find-verb.ts'
import { parseFlags, withCommonFlags } from '../src-cli/command/flags.ts'
import { ExitCode } from '../src-cli/exit-codes.ts'
import { Settings } from '../src-contract/settings.ts'
import { rooms } from './lint/rooms.ts'
import { root } from './paths.ts'

const documents = globSync(['*.md', 'docs/**/*.md', 'resources/**/*.md'], { cwd: root }).sort()
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Text in backticks, outside of blocks. */
function codeOf(text: string): readonly string[] {
  return [...text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

/** What a document has a person type: lines of blocks, and text in backticks, one command each. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:sh)?\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.split('\n'))
  return [...blocks, ...codeOf(text).map((code) => code.replaceAll('\n', ' '))]
    .flatMap((line) => line.replace(/\s#.*$/, '').split(/;(?=\s*joey)|&&/))
    .map((line) => line.trim().replace(/^\.\//, ''))
    .filter((line) => /^joey [a-z]/.test(line) && !line.startsWith('joey help'))
}

function wordsOf(line: string): readonly string[] {
  const shell = line.replace(/\s[<>|].*$/, '')
  return [...shell.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1)
}

/** Reads a line as `joey` does; throws where it would refuse it. */
async function parse(line: string): Promise<void> {
  const { verb, args } = findVerb(wordsOf(line))
  const command = await verb.load()
  parseFlags(withCommonFlags(command.flags), args, { passThrough: command.passThrough ?? false })
}

describe.each(documents)('%s', (document) => {
  const text = read(document)

  test('has commands that exist, with options that they have', async () => {
    const refused: string[] = []
    for (const line of commandsOf(text)) {
      await parse(line).catch((error: Error) => refused.push(`${line}: ${error.message}`))
    }
    expect(refused).toEqual([])
  })

  test('has links that lead somewhere', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => target)
    expect(targets.filter((target) => !existsSync(join(root, dirname(document), target)))).toEqual([])
  })

  test('names files and folders of the repository that exist', () => {
    const paths = codeOf(text).filter((code) => /^(src-\w+|tools|docs|resources)\/[\w./*-]*$/.test(code))
    expect(paths.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([])
  })

  test('names scripts of package.json that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> }
    const named = [...text.matchAll(/\bnpm run ([a-z0-9]+)/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

test('the check of commands finds a verb and an option that do not exist', async () => {
  const lines = commandsOf('```\njoey frobnicate web   # no\n```\nand `joey ls --frobnicate` but not `joeyd`')
  expect(lines).toEqual(['joey frobnicate web', 'joey ls --frobnicate'])
  for (const line of lines) await expect(parse(line)).rejects.toThrow('frobnicate')
})

describe('docs/cli.md', () => {
  const text = read('docs/cli.md')
  /** The first cells of the table below a heading. */
  const column = (heading: string): readonly string[] => {
    const start = text.indexOf(`## ${heading}\n`)
    const section = text.slice(start, text.indexOf('\n## ', start + 1))
    return [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell).slice(2)
  }

  test('has every exit code of the command line', () => {
    const listed = column('Exit codes').flatMap((cell) => cell.match(/\d+/g) ?? [])
    expect(Object.values(ExitCode).filter((code) => !listed.includes(String(code)))).toEqual([])
  })

  test('has every capability that a sandbox has, and no other', () => {
    const [, listed = ''] = /What every sandbox has: ([A-Z_, ]+)\./.exec(text) ?? []
    expect(listed.split(', ').sort()).toEqual(defaultCapabilities.map((name) => name.replace('CAP_', '')).sort())
  })

  test('has every setting, and no other', () => {
    expect(
      column('Settings')
        .map((cell) => cell.replaceAll('`', ''))
        .sort(),
    ).toEqual(Object.keys(Settings.shape).sort())
  })
})

describe('docs/architecture.md', () => {
  const text = read('docs/architecture.md')
  const table = text.slice(
    text.indexOf('| room of `src-agent`'),
    text.indexOf('\n\n', text.indexOf('| room of `src-agent`')),
  )
  const named = [...table.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, room = '']) => room)

  test('has a row for each room of the agent, and no other', () => {
    const folders = globSync('src-agent/*/', { cwd: root }).map((path) => path.replace(/^src-agent\/|\/$/g, ''))
    expect([...named].sort()).toEqual(folders.filter((folder) => folder !== 'testing').sort())
  })

  test('has them from the top to the bottom, as the fence does', () => {
    const heights = named.map((room) => rooms.findIndex((row) => row.includes(room)))
    expect(heights).toEqual([...heights].sort((a, b) => b - a))
  })

  test('names places to change that exist in the agent', () => {
    const start = text.indexOf('### Where do I go')
    const paths = codeOf(text.slice(start, text.indexOf('\n## ', start))).filter((code) =>
      /^[a-z-]+\/[\w./*-]+$/.test(code),
    )
    const bases = ['', 'src-agent', 'src-renderer', 'src-contract']
    expect(
      paths.filter((path) => bases.every((base) => globSync(join(base, path), { cwd: root }).length === 0)),
    ).toEqual([])
  })
})
