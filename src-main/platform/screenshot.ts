import { renameSync, writeFileSync } from 'node:fs'
import type { BrowserWindow } from 'electron'

const pollMs = 400
const giveUpAfterMs = 12_000

/** Writes a picture of the window once it stands still, that is, once its list has been filled and nothing moves in. */
export async function writeScreenshot(window: BrowserWindow, path: string, isLive: () => boolean): Promise<void> {
  const started = Date.now()
  let previous: Buffer | undefined
  while (!window.isDestroyed()) {
    const image = await window.webContents.capturePage()
    const bitmap = image.toBitmap()
    const isStill = isLive() && !image.isEmpty() && previous?.equals(bitmap) === true
    if (isStill || (Date.now() - started > giveUpAfterMs && !image.isEmpty())) {
      writeFileSync(`${path}.new`, image.toPNG())
      return renameSync(`${path}.new`, path) // who waits for it must not read half of it
    }
    if (Date.now() - started > 2 * giveUpAfterMs) throw new Error('the window was never drawn')
    previous = bitmap
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
