import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { smallestWindow } from './window-options.ts'

export const WindowState = z.strictObject({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(smallestWindow.width).max(16_384),
  height: z.int().min(smallestWindow.height).max(16_384),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof WindowState>

export const firstWindowState: WindowState = { width: 1200, height: 780, maximized: false }

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Reads where the window was. A damaged file counts as none. */
export function readWindowState(path: string): WindowState {
  try {
    return WindowState.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return firstWindowState
  }
}

/** Writes where the window is; never leaves half a file. */
export function writeWindowState(path: string, state: WindowState): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Drops a position that no present screen shows: a window there could not be reached. */
export function fitToScreens(state: WindowState, screens: readonly Area[]): WindowState {
  const { x, y, ...rest } = state
  if (x === undefined || y === undefined) return rest
  const grip = { x: x + 100, y: y + 20 } // a piece of the title bar that one can take hold of
  const isVisible = screens.some(
    (screen) =>
      grip.x >= screen.x && grip.x < screen.x + screen.width && grip.y >= screen.y && grip.y < screen.y + screen.height,
  )
  return isVisible ? state : rest
}
