import { spawnSync } from 'node:child_process'

/**
 * Stops the terminal on standard input from turning `\n` into `\r\n`. Node's raw mode leaves that on, but a guest in
 * raw mode moves the cursor down by a bare `\n`, and has done the turning itself where it wants it. Leaving raw mode
 * restores it with the rest. Without stty only such programs look wrong.
 */
export function stopOutputProcessing(): void {
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'], timeout: 2_000 })
}
