// The first file that `npm start` and `npm test` run, on whatever Node is there. Plain JavaScript without dependencies:
// it installs the dependencies from the lock file, finds the Node that the rest needs, and hands over to
// tools/COMMAND.ts on that Node.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const oldestNode = 20
const neededNode = 24
const commands = ['start', 'test', 'check', 'bench', 'build', 'dev', 'e2e', 'package', 'fuzz', 'chaos', 'software']

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const nodeModules = join(root, 'node_modules')
const stampFile = join(nodeModules, '.joey-lock-hash')

try {
  main()
} catch (error) {
  if (!error || !['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(error.code)) throw error
  fail(
    `${error.path || root} cannot be written (${error.code}). Check its owner and the free disk space, then run this again.`,
  )
}

function main() {
  const [command, ...args] = process.argv.slice(2)
  if (majorOf(process.versions.node) < oldestNode) {
    fail(
      `Joey needs Node ${oldestNode} or later to set itself up; this is Node ${process.versions.node}. Install a newer one.`,
    )
  }
  if (!commands.includes(command)) {
    fail(`There is no command ${command || '(none)'}. Choose from: ${commands.join(', ')}.`)
  }
  installDependencies()
  handOver(findNode(), join(root, 'tools', `${command}.ts`), args)
}

/** Installs from the lock file unless what is installed came from exactly this lock file. */
function installDependencies() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const hash = createHash('sha256').update(lock).digest('hex')
  if (readOrNull(stampFile) === hash) return
  if (!isInstalled(JSON.parse(lock.toString()))) runNpmCi()
  writeFileSync(stampFile, hash)
}

/** npm keeps a list of what it has installed; after `npm install NAME` it agrees with the new lock file already. */
function isInstalled(lock) {
  const text = readOrNull(join(nodeModules, '.package-lock.json'))
  if (text === null) return false
  try {
    const installed = JSON.parse(text).packages
    return Object.entries(lock.packages).every(([path, wanted]) => {
      if (path === '') return true
      const found = installed[path]
      if (!found) return wanted.optional === true
      return found.version === wanted.version && found.integrity === wanted.integrity && existsSync(join(root, path))
    })
  } catch {
    return false // a damaged list; npm ci starts from nothing
  }
}

function runNpmCi() {
  const started = Date.now()
  process.stdout.write('Installing dependencies … ')
  // No install scripts: the one native module (a pseudo terminal) carries its binary, and Electron's own download is
  // a step of its own, with a fallback.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const npmScript = process.env.npm_execpath
  const isNpm = npmScript && /npm-cli\.[cm]?js$/.test(npmScript)
  const result = isNpm
    ? spawnSync(process.execPath, [npmScript, ...args], { cwd: root, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: root, encoding: 'utf8' })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  if (result.status === 0) {
    process.stdout.write(`${seconds} s\n`)
    return
  }
  process.stdout.write(`failed after ${seconds} s\n`)
  if (result.error && result.error.code === 'ENOENT') {
    fail('npm was not found. Install npm (it comes with Node) and run this again.')
  }
  const output = `${result.stderr || ''}${result.stdout || ''}`
  process.stderr.write(`${output.split('\n').slice(0, 30).join('\n')}\n`)
  fail('The dependencies could not be installed. Check the network and the free disk space, then run this again.')
}

/** The Node that the agent and the tools run on: this one where it is new enough, else the one from the lock file. */
function findNode() {
  if (majorOf(process.versions.node) >= neededNode) return process.execPath
  const bundled = join(nodeModules, `node-linux-${process.arch}`, 'bin', 'node')
  const answer = spawnSync(bundled, ['--version'], { encoding: 'utf8' })
  if (answer.status === 0) return bundled
  return fail(
    `Joey's agent needs Node ${neededNode}; this is Node ${process.versions.node}, and the package node-linux-${process.arch} ` +
      `that carries it ${existsSync(bundled) ? 'does not run here' : 'could not be installed'}. ` +
      `Install Node ${neededNode} or later, put it first on PATH, and run this again.`,
  )
}

function handOver(node, script, args) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH || ''}` }
  const child = spawn(node, ['--', script, ...args], { cwd: root, stdio: 'inherit', env })
  // Ctrl-C reaches the child by itself (same terminal); a signal sent to this process alone has to be passed on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}.`))
  child.on('exit', (code, signal) => process.exit(code === null ? 128 + constants.signals[signal] : code))
}

function majorOf(version) {
  return Number(version.split('.')[0])
}

function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
