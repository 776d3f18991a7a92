import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
/** The build puts data in its place. */
const evaluated = join(root, 'src-contract/client/answer-forms.ts')

/** The files that a file loads when it is loaded, and what these load: what only types are taken from is not loaded. */
function loadedBy(entry: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(entry) || entry === evaluated) return found
  found.add(entry)
  const source = readFileSync(entry, 'utf8')
  for (const [, names = '', from = ''] of source.matchAll(
    /^(?:import|export) (?!type )([^'\n]*|\{[^}]*\} from )'([^']+)'/gm,
  )) {
    if (/^\{(\s*type [^,}]+,?)+\s*\} from $/.test(names)) continue
    const file = from.startsWith('#contract/')
      ? join(root, 'src-contract', `${from.slice('#contract/'.length)}.ts`)
      : from.startsWith('.')
        ? join(dirname(entry), from)
        : null
    if (file?.endsWith('.ts') && existsSync(file)) loadedBy(file, found)
  }
  return found
}

const importsZod = (file: string): boolean =>
  /^import (?!type )[^'\n]*'zod'/m.test(readFileSync(join(root, file), 'utf8'))
const startedBy = (entry: string): string[] => [...loadedBy(join(root, entry))].map((file) => relative(root, file))

test('the command line starts, and asks the agent, without any schema', () => {
  const started = startedBy('src-cli/index.ts')
  expect(started).toContain('src-contract/client/client.ts')
  expect(started).toContain('src-cli/verbs/sandboxes/verbs.ts')
  expect(started.filter((file) => importsZod(file))).toEqual([])
})

test.each(['ls', 'version', 'run', 'exec', 'attach', 'each', 'inspect', 'rm', 'logs', 'stats'])(
  '%s needs no schema either',
  (verb) => {
    const [file = ''] = globSync(`src-cli/verbs/*/${verb}.ts`, { cwd: root })
    expect(startedBy(file).filter((each) => importsZod(each))).toEqual([])
  },
)

test('the command line starts without the verbs themselves, of which one is run', () => {
  expect(startedBy('src-cli/index.ts').filter((file) => /^src-cli\/verbs\/.*\/(?!verbs\.ts)/.test(file))).toEqual([])
})

test('the command line starts without the texts of any language but English', () => {
  const started = startedBy('src-cli/index.ts')
  expect(started).toContain('src-contract/languages/index.ts')
  expect(started.filter((file) => /^src-[a-z]+\/languages\/.*\//.test(file))).toEqual([])
})

test('what is loaded is found through others', () => {
  expect(startedBy('src-cli/verbs/sandboxes/explain-refusal.ts')).toContain('src-contract/sandbox.ts')
})
