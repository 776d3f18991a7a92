import { examineHost, readAgent, stopAgent } from './agent.ts'
import { adviseClass, listClasses, measureClasses, planClass, readBootLog, setClass } from './classes.ts'
import { cancelTask, importImage, listImages, removeImage } from './image.ts'
import { isolationStream, readBlastRadius, readIsolation } from './isolation.ts'
import { eventStream, logStream, readUsage, usageStream } from './observe.ts'
import { attachStream, execStream } from './process.ts'
import * as sandbox from './sandbox.ts'
import { readSelfTest, runSelfTest } from './selftest.ts'
import { readSettings, updateSettings } from './settings.ts'
import { closeTerminal, listTerminals, openTerminal, terminalStream } from './terminal.ts'

/** Everything the agent answers, by key. Routes, the typed client, the bridge's allow-list and OpenAPI read it. */
export const operations = {
  readAgent,
  stopAgent,
  examineHost,
  listImages,
  importImage,
  removeImage,
  cancelTask,
  createSandbox: sandbox.createSandbox,
  listSandboxes: sandbox.listSandboxes,
  inspectSandbox: sandbox.inspectSandbox,
  startSandbox: sandbox.startSandbox,
  stopSandbox: sandbox.stopSandbox,
  killSandbox: sandbox.killSandbox,
  restartSandbox: sandbox.restartSandbox,
  pauseSandbox: sandbox.pauseSandbox,
  resumeSandbox: sandbox.resumeSandbox,
  renameSandbox: sandbox.renameSandbox,
  updateSandbox: sandbox.updateSandbox,
  removeSandbox: sandbox.removeSandbox,
  waitSandbox: sandbox.waitSandbox,
  openTerminal,
  listTerminals,
  closeTerminal,
  readUsage,
  setNetwork: sandbox.setNetwork,
  setGrants: sandbox.setGrants,
  listClasses,
  measureClasses,
  adviseClass,
  planClass,
  setClass,
  readBootLog,
  readIsolation,
  readBlastRadius,
  runSelfTest,
  readSelfTest,
  readSettings,
  updateSettings,
} as const

export const streams = {
  eventStream,
  logStream,
  usageStream,
  execStream,
  attachStream,
  terminalStream,
  isolationStream,
} as const

export type Operations = typeof operations
export type Streams = typeof streams
