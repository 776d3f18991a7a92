import { readFile } from 'node:fs/promises'
import { readKernelText } from './kernel-text.ts'

/** Whether the process still is the monitor of this sandbox: its number may belong to somebody else by now. */
export async function isMonitorOf(pid: number, id: string): Promise<boolean> {
  return (readKernelText(`/proc/${pid}/cmdline`) ?? '').split('\0').includes(id)
}

/**
 * Whether the main process has said what it wants of a signal. The kernel drops a signal for the first process of a pid
 * namespace that neither handles nor blocks it (pid_namespaces(7)), so waiting for its effect would be waiting for
 * nothing. One that ignores it may do so to finish something, and ends by itself then.
 */
export async function handlesSignal(pid: number, signal: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const mask = (field: string) => BigInt(`0x${new RegExp(`^${field}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0'}`)
  const bit = 1n << BigInt(signal - 1)
  return ((mask('SigCgt') | mask('SigBlk') | mask('SigIgn')) & bit) !== 0n
}
