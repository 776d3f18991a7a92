import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Problem, runTool } from './problem.ts'
import { type BuildRecord, buildProgram, findToolchain, hashFile, hashSource, programs } from './programs/build.ts'
import { say } from './steps.ts'

/** Builds the programs in resources/ from their source, after a change of it. Both are committed together. */
await runTool(async () => {
  const toolchain = await findToolchain()
  if (toolchain === null) {
    throw new Problem('The compiler for the programs in resources/ is missing. On Debian: apt-get install musl-tools')
  }
  for (const program of programs) {
    mkdirSync(dirname(program.binary), { recursive: true })
    await buildProgram(program, program.binary)
    chmodSync(program.binary, 0o755)
    const record: BuildRecord = { sha256: hashFile(program.binary), source: hashSource(program), toolchain }
    writeFileSync(program.record, `${JSON.stringify(record, null, 2)}\n`)
    say(`Built ${program.name}, sha256 ${record.sha256}.`)
  }
  return 0
})
