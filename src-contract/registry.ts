import { examineHost, readAgent, stopAgent } from './agent.ts'
import { cancelTask, importImage, listImages, removeImage } from './image.ts'
import { eventStream, logStream, readUsage, usageStream } from './observe.ts'
import { attachStream, execStream } from './process.ts'
import * as sandbox from './sandbox.ts'
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
} as const

export const streams = {
  eventStream,
  logStream,
  usageStream,
  execStream,
  attachStream,
  terminalStream,
} as const

export type Operations = typeof operations
export type Streams = typeof streams
