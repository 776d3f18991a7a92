import { parseArgs } from 'node:util'
import { findPlace } from '#contract/client/place'
import { explainFailure } from './base/failures/machine-failure.ts'
import { keepOwnEnvironment } from './base/process/environment.ts'
import { closeInheritedFiles } from './base/process/inherited-files.ts'
import { startJoeyd } from './daemon.ts'
import { openAgentLog } from './state/agent-log.ts'
import { lockStateFolder, openStateFolder } from './state/folder.ts'

/** The daemon's entry: takes the state folder, serves until asked to stop, and says on stderr why it could not start. */
async function main(): Promise<void> {
  keepOwnEnvironment()
  // Images and layers have the modes that their makers gave them, whatever the mask of whoever starts the agent. What is the
  // agent's own says its mode where it is made, in folders that are open to nobody else.
  process.umask(0o022)
  closeInheritedFiles()
  const options = { owner: { type: 'string', multiple: true }, journal: { type: 'boolean' } } as const
  const { values } = parseArgs({ options, strict: true })
  const folder = openStateFolder(findPlace(process.env, process.getuid?.() ?? 0))
  const unlock = lockStateFolder(folder)
  const { log, path, close } = openAgentLog(folder.logs, { journal: values.journal ?? false })
  process.on('uncaughtException', (error) => log.fatal({ err: error }, 'a bug: an exception reached nobody'))
  process.on('unhandledRejection', (error) => log.fatal({ err: error }, 'a bug: a rejection reached nobody'))
  try {
    const joeyd = await startJoeyd({
      folder,
      log,
      logPath: path,
      accounts: (values.owner ?? []).map(Number),
      outerMounts: process.env['JOEY_OUTER_MOUNTS'],
    })
    const leave = async () => {
      await close()
      unlock()
      process.exit(0)
    }
    const onSignal = () => void joeyd.stop('keep').then(leave, leave)
    process.once('SIGTERM', onSignal)
    process.once('SIGINT', onSignal)
    void joeyd.stopped.then(leave, leave)
  } catch (error) {
    log.fatal({ err: error }, 'the agent could not start')
    await close()
    throw error
  }
}

main().catch((error: unknown) => {
  const { message, detail } = explainFailure(error).wire
  process.stderr.write(`joeyd: ${message}\n${detail === undefined ? '' : `${detail}\n`}`)
  process.exit(1)
})
