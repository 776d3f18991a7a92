import type { Operation, Stream } from './operation.ts'
import { operations, streams } from './registry.ts'

/**
 * What the window has no use for. It neither ends the agent, nor lets others use it, nor gives up records that could not be read: that is for the
 * command line, and sandboxes outlive the window. `exec` and `attach` are the command line's, because the window has terminals; it reads files in pieces, and
 * a folder to build from is the caller's. What is left over is listed by a finding, and removed by the command line, which asks. Archives of volumes are the command line's, and so are functions so far.
 */
const notOffered: ReadonlySet<string> = new Set([
  operations.stopAgent.name,
  operations.serveAccount.name,
  operations.listLeftovers.name,
  operations.removeLeftovers.name,
  operations.listUnreadable.name,
  operations.dropUnreadable.name,
  operations.readImageHistory.name,
  operations.exportVolume.name,
  operations.importVolume.name,
  operations.deployFunction.name,
  operations.listFunctions.name,
  operations.inspectFunction.name,
  operations.setTraffic.name,
  operations.removeFunction.name,
  operations.listInvocations.name,
  streams.execStream.name,
  streams.attachStream.name,
  streams.fileStream.name,
  streams.buildStream.name,
])

/** Every operation of the agent that the window may ask for. */
export const windowOperations: readonly Operation[] = Object.values<Operation>(operations).filter(isOffered)

/** The streams that the window may open. */
export const windowStreams: readonly Stream[] = Object.values<Stream>(streams).filter(isOffered)

function isOffered({ name }: { readonly name: string }): boolean {
  return !notOffered.has(name)
}
