import { examineHost, readAgent, serveAccount, stopAgent } from './agent.ts'
import * as archive from './archive.ts'
import { buildStream } from './build.ts'
import { adviseClass, listClasses, measureClasses, planClass, readBootLog, setClass } from './classes.ts'
import * as compare from './compare.ts'
import { readDiskUsage } from './disk-usage.ts'
import * as files from './files.ts'
import * as functions from './function.ts'
import { cancelTask, importImage, listImages, pullImage, removeImage } from './image.ts'
import { inspectImage, pruneImages, pushImage, readImageHistory, tagImage, untagImage } from './image-upkeep.ts'
import { isolationStream, readBlastRadius, readIsolation } from './isolation.ts'
import { listLeftovers, removeLeftovers } from './leftovers.ts'
import * as network from './network.ts'
import { eventStream, logStream, readUsage, usageStream } from './observe.ts'
import { attachStream, execStream } from './process.ts'
import { listRecipes, makeImage } from './recipe.ts'
import { dropUnreadable, listUnreadable } from './records.ts'
import { listLogins, loginToRegistry, logoutFromRegistry } from './registry-login.ts'
import * as sandbox from './sandbox-operations.ts'
import { readSelfTest, runSelfTest } from './selftest.ts'
import { readSettings, updateSettings } from './settings.ts'
import * as snapshot from './snapshot.ts'
import { closeTerminal, listTerminals, openTerminal, terminalStream } from './terminal.ts'
import { readUsageHistory, readUsageTotals } from './usage-history.ts'
import * as volume from './volume.ts'

/** Everything the agent answers, by key. Routes, the typed client, the bridge's allow-list and OpenAPI read it. */
export const operations = {
  readAgent,
  stopAgent,
  serveAccount,
  examineHost,
  listLeftovers,
  removeLeftovers,
  listUnreadable,
  dropUnreadable,
  listImages,
  importImage,
  pullImage,
  listLogins,
  loginToRegistry,
  logoutFromRegistry,
  removeImage,
  inspectImage,
  readImageHistory,
  tagImage,
  untagImage,
  pruneImages,
  pushImage,
  listRecipes,
  makeImage,
  cancelTask,
  createVolume: volume.createVolume,
  listVolumes: volume.listVolumes,
  inspectVolume: volume.inspectVolume,
  removeVolume: volume.removeVolume,
  pruneVolumes: volume.pruneVolumes,
  exportVolume: volume.exportVolume,
  importVolume: volume.importVolume,
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
  awaitSandbox: sandbox.awaitSandbox,
  openTerminal,
  listTerminals,
  closeTerminal,
  readUsage,
  readUsageHistory,
  readUsageTotals,
  readDiskUsage,
  planChange: sandbox.planChange,
  changeSandbox: sandbox.changeSandbox,
  setNetwork: sandbox.setNetwork,
  createNetwork: network.createNetwork,
  listNetworks: network.listNetworks,
  inspectNetwork: network.inspectNetwork,
  removeNetwork: network.removeNetwork,
  pruneNetworks: network.pruneNetworks,
  connectNetwork: network.connectNetwork,
  disconnectNetwork: network.disconnectNetwork,
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
  createSnapshot: snapshot.createSnapshot,
  listSnapshots: snapshot.listSnapshots,
  inspectSnapshot: snapshot.inspectSnapshot,
  updateSnapshot: snapshot.updateSnapshot,
  readSnapshotUsage: snapshot.readSnapshotUsage,
  planRestore: snapshot.planRestore,
  restoreSnapshot: snapshot.restoreSnapshot,
  forkSandboxes: snapshot.forkSandboxes,
  removeSnapshot: snapshot.removeSnapshot,
  pruneSnapshots: snapshot.pruneSnapshots,
  verifySnapshots: snapshot.verifySnapshots,
  readSchedule: snapshot.readSchedule,
  setSchedule: snapshot.setSchedule,
  listFiles: files.listFiles,
  readFile: files.readFile,
  writeFile: files.writeFile,
  changeFiles: files.changeFiles,
  putFiles: files.putFiles,
  getFiles: files.getFiles,
  putArchive: files.putArchive,
  getArchive: files.getArchive,
  measureFiles: files.measureFiles,
  compareFiles: compare.compareFiles,
  compareText: compare.compareText,
  comparePackages: compare.comparePackages,
  compareConfig: compare.compareConfig,
  deployFunction: functions.deployFunction,
  listFunctions: functions.listFunctions,
  inspectFunction: functions.inspectFunction,
  setTraffic: functions.setTraffic,
  removeFunction: functions.removeFunction,
  listInvocations: functions.listInvocations,
  scanSecrets: archive.scanSecrets,
  exportTree: archive.exportTree,
  commitTree: archive.commitTree,
  saveImages: archive.saveImages,
  inspectBundle: archive.inspectBundle,
  importBundle: archive.importBundle,
  readSigningKey: archive.readSigningKey,
  trustSigner: archive.trustSigner,
} as const

export const streams = {
  eventStream,
  logStream,
  usageStream,
  execStream,
  attachStream,
  terminalStream,
  isolationStream,
  fileStream: files.fileStream,
  findStream: files.findStream,
  buildStream,
} as const

export type Operations = typeof operations
export type Streams = typeof streams
