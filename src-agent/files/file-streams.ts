import type { WebSocket } from 'ws'
import type * as z from 'zod'
import type { FoundFile, fileStream, findStream } from '#contract/files'
import { closedSignal, createFrameSender, type FrameSender } from '../io/streams/socket-frames.ts'
import type { StreamHandlers } from '../io/streams/stream-handlers.ts'
import type { Trees } from '../sandboxes/trees.ts'
import { readTreeAccounts, toFileEntry } from './file-entry.ts'
import { findFiles } from './find-files.ts'
import { requireFile, requireFolder, withTree } from './opened-tree.ts'
import { toTreePath } from './tree-paths.ts'

interface Deps {
  readonly trees: Trees
}

export type FileStreams = Pick<StreamHandlers, 'fileStream' | 'findStream'>

/** Serves the bytes of files, and searches. Both end when the client goes, and wait for one that does not read. */
export function createFileStreams(deps: Deps): FileStreams {
  return {
    fileStream: (socket, request) => serve(socket, (sender, signal) => serveFile(deps, request, sender, signal)),
    findStream: (socket, request) => serve(socket, (sender, signal) => serveFind(deps, request, sender, signal)),
  }
}

/** Never rejects: what fails is sent to the client. */
async function serve(
  socket: WebSocket,
  work: (sender: FrameSender, signal: AbortSignal) => Promise<object>,
): Promise<void> {
  const sender = createFrameSender(socket)
  try {
    sender.finish(await work(sender, closedSignal(socket)))
  } catch (error) {
    sender.fail(error)
  }
}

const frameBytes = 256 * 1024

function serveFile(
  deps: Deps,
  { tree, path }: z.output<(typeof fileStream)['request']>,
  sender: FrameSender,
  signal: AbortSignal,
) {
  return withTree(deps, tree, signal, async (view) => {
    const at = toTreePath(path)
    await requireFile(view, at)
    const file = await view.open(at)
    try {
      sender.message({ type: 'entry', entry: toFileEntry(at, file.node, await readTreeAccounts(view)) })
      for (let offset = 0; !signal.aborted; ) {
        const bytes = await file.read(offset, frameBytes)
        if (bytes.length === 0) break
        offset += bytes.length
        sender.bytes(bytes)
        await sender.room()
      }
      return { type: 'end' }
    } finally {
      await file.close()
    }
  })
}

const batchMs = 100
const batchSize = 200

function serveFind(
  deps: Deps,
  { tree, path, name, content, limit }: z.output<(typeof findStream)['request']>,
  sender: FrameSender,
  signal: AbortSignal,
) {
  return withTree(deps, tree, signal, async (view) => {
    const at = toTreePath(path)
    await requireFolder(view, at)
    const accounts = await readTreeAccounts(view)
    let [files, sentAt]: [FoundFile[], number] = [[], performance.now()]
    const send = async (): Promise<void> => {
      if (files.length > 0) sender.message({ type: 'found', files })
      files = []
      sentAt = performance.now()
      await sender.room()
    }
    for await (const step of findFiles(view, { path: at, name, content, limit }, accounts, signal)) {
      if (step.kind === 'found') files.push(step.file)
      if (files.length >= batchSize || performance.now() - sentAt > batchMs) await send()
      if (step.kind === 'looked') sender.message({ type: 'progress', looked: step.looked })
      if (step.kind !== 'end') continue
      await send()
      return { type: 'end', looked: step.looked, truncated: step.truncated }
    }
    return { type: 'end', looked: 0, truncated: true }
  })
}
