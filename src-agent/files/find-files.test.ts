import { expect, test } from 'vitest'
import { memoryTree } from '../testing/files/memory-tree.ts'
import { type FindRequest, type FindStep, findFiles } from './find-files.ts'

const accounts = { users: new Map([[0, 'root']]), groups: new Map<number, string>() }
const tree = memoryTree({
  'a/notes.txt': 'first\nsecond line',
  'a/b/Notes.md': 'nothing',
  'a/\xff': 'second',
  link: { kind: 'link', target: '/etc', size: 4 },
})

async function find(request: Partial<FindRequest>, signal = new AbortController().signal): Promise<FindStep[]> {
  const steps: FindStep[] = []
  const whole = { path: '', name: '', content: '', limit: 100, ...request }
  for await (const step of findFiles(tree, whole, accounts, signal)) steps.push(step)
  return steps
}

const paths = (steps: readonly FindStep[]) => steps.flatMap((step) => (step.kind === 'found' ? [step.file.path] : []))

test('names are found in all folders, whatever their case', async () => {
  expect(paths(await find({ name: 'notes' }))).toEqual(['/a/b/Notes.md', '/a/notes.txt'])
})

test('a search below a folder gives whole paths', async () => {
  expect(paths(await find({ path: 'a/b' }))).toEqual(['/a/b/Notes.md'])
})

test('contents are looked into, and the line is reported', async () => {
  const steps = await find({ content: 'SECOND', name: '*.txt' })
  expect(steps[0]).toMatchObject({ kind: 'found', file: { line: 'second line', lineNumber: 2 } })
})

test('a name that is not UTF-8 is reported as escaped text', async () => {
  expect(paths(await find({ content: 'second' }))).toContain('/a/\\xff')
})

test('it ends at the limit, and says that there is more', async () => {
  const steps = await find({ limit: 2 })
  expect(paths(steps)).toHaveLength(2)
  expect(steps.at(-1)).toMatchObject({ kind: 'end', truncated: true })
})

test('exactly as many as the limit are all', async () => {
  expect((await find({ name: 'notes', limit: 2 })).at(-1)).toMatchObject({ kind: 'end', truncated: false })
})
