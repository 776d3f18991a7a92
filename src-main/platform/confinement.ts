import { readFileSync } from 'node:fs'

/**
 * Whether Chromium's sandbox holds a process, by what the kernel says of it (`/proc/PID/status`): a filter of system calls, and a
 * namespace of processes of its own, which it has a second number in.
 */
export function isConfined(status: string): boolean {
  return /^Seccomp:\s*2$/m.test(status) && /^NSpid:\s*\d+\s+\d+/m.test(status)
}

/** What the kernel says of a process; '' of one that has ended. */
export function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
