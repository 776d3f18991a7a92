import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  type BuildRecord,
  buildInit,
  findToolchain,
  hashFile,
  hashSource,
  initProgram,
  initRecord,
} from './guest/build.ts'
import { Problem, runTool } from './problem.ts'
import { say } from './steps.ts'

/** Builds resources/guest/x64/joey-init from its source, after a change of it. Both are committed together. */
await runTool(async () => {
  const toolchain = await findToolchain()
  if (toolchain === null) {
    throw new Problem('The compiler for the init of micro-VMs is missing. On Debian: sudo apt-get install musl-tools')
  }
  mkdirSync(dirname(initProgram), { recursive: true })
  await buildInit(initProgram)
  chmodSync(initProgram, 0o755)
  const record: BuildRecord = { sha256: hashFile(initProgram), source: hashSource(), toolchain }
  writeFileSync(initRecord, `${JSON.stringify(record, null, 2)}\n`)
  say(`Built joey-init, sha256 ${record.sha256}.`)
  return 0
})
