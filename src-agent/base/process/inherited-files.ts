import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** Octal, as /proc/PID/fdinfo prints it; the same on x86-64 and arm64. */
const closeOnExec = 0o2000000

/**
 * Closes what the program that started the agent left open. Node opens everything with close-on-exec, so a descriptor
 * without it came from outside, and would go on to every engine and sandbox. Call it first of all.
 */
export function closeInheritedFiles(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name)
    if (descriptor <= 2 || !isInherited(name)) continue
    try {
      closeSync(descriptor)
    } catch {
      // It was the listing's own, and is gone.
    }
  }
}

function isInherited(name: string): boolean {
  try {
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? ''
    return (Number.parseInt(flags, 8) & closeOnExec) === 0
  } catch {
    return false
  }
}
