import { globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'
import { findProgram } from '../set-up/probe.ts'
import { fuzzerLibraries } from '../set-up/requirements.ts'
import { language, programs, warnings } from './build.ts'

const testFolder = join(root, 'tools/programs/c')
const timeoutMs = 120_000

/** A program made of parts of joey-init or joey-inside and of a test of them. Files are named within their folders. */
export interface CTarget {
  readonly name: string
  readonly program: 'joey-init' | 'joey-inside'
  readonly parts: readonly string[]
  readonly tests: readonly string[]
  /** Put before all of it. */
  readonly before?: string
}

export const unitTests: readonly CTarget[] = [
  { name: 'test-fields', program: 'joey-init', parts: ['fields.c'], tests: ['test-fields.c'] },
  {
    name: 'test-control',
    program: 'joey-init',
    parts: ['fields.c', 'control.c'],
    tests: ['test-control.c', 'fake-ports.c'],
  },
]

export const fuzzTargets: readonly CTarget[] = [
  { name: 'fields', program: 'joey-init', parts: ['fields.c'], tests: ['fuzz-fields.c'] },
  {
    name: 'control',
    program: 'joey-init',
    parts: ['fields.c', 'control.c'],
    tests: ['fuzz-control.c', 'fake-ports.c'],
  },
  {
    name: 'edit',
    program: 'joey-inside',
    parts: ['edit.c', 'edit-put.c'],
    tests: ['fuzz-edit.c'],
    before: 'fake-files.h',
  },
]

const checks = ['-g', '-O1', '-fno-omit-frame-pointer', '-fno-sanitize-recover=all']
/** Where calls are replaced, what was made for them is not used. */
const lenient = ['-Wno-unused', '-Wno-unused-parameter']

/** Builds a unit test, with the address and undefined behaviour sanitizers in it. Gives its path. */
export function buildUnitTest(target: CTarget, folder: string): Promise<string> {
  return compile('gcc', ['-fsanitize=address,undefined', ...checks], target, folder)
}

/** Whether this machine can fuzz by coverage. */
export function hasFuzzer(): boolean {
  return findProgram('clang') !== undefined && globSync(fuzzerLibraries).length > 0
}

/** Builds a fuzz target; without libFuzzer as a program that only replays the files that it is given. */
export function buildFuzzTarget(target: CTarget, folder: string): Promise<string> {
  if (hasFuzzer())
    return compile('clang', ['-fsanitize=fuzzer,address,undefined', ...checks, ...lenient], target, folder)
  const replayed = { ...target, tests: [...target.tests, 'replay.c'] }
  return compile('gcc', ['-fsanitize=address,undefined', ...checks, ...lenient], replayed, folder)
}

async function compile(compiler: string, flags: readonly string[], target: CTarget, folder: string): Promise<string> {
  const source = programs.find(({ name }) => name === target.program)?.source ?? ''
  mkdirSync(folder, { recursive: true })
  const output = join(folder, target.name)
  const files = [
    ...target.parts.map((name) => join(source, name)),
    ...target.tests.map((name) => join(testFolder, name)),
  ]
  const before = target.before === undefined ? [] : ['-include', join(testFolder, target.before)]
  const args = [...language, ...warnings, ...flags, '-I', source, '-I', testFolder, ...before, '-o', output, ...files]
  const { code, stderr } = await run(compiler, args, { cwd: root, timeoutMs })
  if (code !== 0) throw new Problem(`${target.name} does not compile.`, stderr)
  return output
}

/** The kept inputs of a fuzz target. */
export function corpusOf({ name }: CTarget): string {
  return join(root, 'tools/programs/corpus', name)
}
