import { Worker } from 'node:worker_threads'

/** Code of the thread: no file, because the built main process is one file. Its data is a number. */
const killAfterDelay =
  "const { workerData } = require('node:worker_threads'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), workerData)"

/**
 * Ends this process after `ms`, whatever its main thread does by then. Electron 25 now and then hangs in native
 * code when a window with an open terminal closes, deaf to timers and signals; a thread of its own is not. Nothing is
 * lost by it: sandboxes and terminals are the agent's, and the window's place was written before. Returns its undo.
 */
export function leaveWithin(ms: number): () => void {
  const thread = new Worker(killAfterDelay, { eval: true, workerData: ms, execArgv: [] })
  // It must not keep a process alive that ends by itself.
  thread.unref()
  return () => void thread.terminate()
}
