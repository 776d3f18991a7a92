/** `node tools/build-probe.ts`: builds `resources/probe/x64/joey-probe` from its source and records how. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProbe, probeDir } from './probe/build-probe.ts'
import { runTool } from './problem.ts'

await runTool(async () => {
  mkdirSync(join(probeDir, 'x64'), { recursive: true })
  const record = await buildProbe(join(probeDir, 'x64', 'joey-probe'))
  writeFileSync(join(probeDir, 'x64', 'build.json'), `${JSON.stringify(record, null, 2)}\n`)
  process.stdout.write(`joey-probe ${record.sha256}\n`)
  return 0
})
