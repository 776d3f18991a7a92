import { fitAll, type Size, type Viewport } from '../isolation/graph/viewport.ts'

/** Below this the words of a card cannot be read. */
const readable = 0.72

/** All of it where that can be read, else its end: what is now, in the column of the sandbox itself. */
export function startAtNow(window: Size, picture: Size): Viewport {
  const all = fitAll(window, picture)
  if (all.scale >= readable) return { ...all, ...(all.scale > 1 ? centred(window, picture) : {}) }
  const scale = 0.85
  return {
    scale,
    x: Math.max(0, (window.width - picture.width * scale) / 2),
    y: Math.min(0, window.height - picture.height * scale),
  }
}

/** A small tree is not blown up. */
function centred(window: Size, picture: Size): Viewport {
  return {
    scale: 1,
    x: Math.max(0, (window.width - picture.width) / 2),
    y: Math.max(0, (window.height - picture.height) / 2),
  }
}
