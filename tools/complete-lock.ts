import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completeLock, findDemands, findGaps, type Lock } from './lock/complete-lock.ts'
import { root } from './paths.ts'
import { runTool } from './problem.ts'
import { say } from './steps.ts'

/** Completes package-lock.json after `npm install NAME`; see completeLock for what npm leaves out. */
await runTool(async () => {
  const file = join(root, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock
  const gaps = findGaps(lock)
  if (gaps.length + findDemands(lock).length > 0)
    writeFileSync(file, `${JSON.stringify(completeLock(lock), null, 2)}\n`)
  say(`${gaps.length} packages for other platforms added to package-lock.json.`)
  return 0
})
