export interface Size {
  readonly width: number
  readonly height: number
}

/** Where the picture is: its origin in the window's pixels, and how many of them a unit has. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly scale: number
}

const least = 0.12
const most = 2.5
/** Below this the words cannot be read, so that a large picture starts cut off rather than tiny. */
const readable = 0.55

export function clampScale(scale: number): number {
  return Math.min(most, Math.max(least, scale))
}

/** All of it, in the middle. */
export function fitAll(window: Size, picture: Size): Viewport {
  return centre(
    window,
    picture,
    clampScale(Math.min(1.15, window.width / picture.width, window.height / picture.height)),
  )
}

/** As much as can be read: all of it where that fits, else its upper left part. */
export function startView(window: Size, picture: Size): Viewport {
  const all = fitAll(window, picture)
  return all.scale >= readable ? all : centre(window, picture, readable)
}

function centre(window: Size, picture: Size, scale: number): Viewport {
  return {
    scale,
    x: Math.max(0, (window.width - picture.width * scale) / 2),
    y: Math.max(0, (window.height - picture.height * scale) / 2),
  }
}

/** The point under the pointer stays where it is. */
export function zoomAt(view: Viewport, factor: number, point: { readonly x: number; readonly y: number }): Viewport {
  const scale = clampScale(view.scale * factor)
  const real = scale / view.scale
  return { scale, x: point.x - (point.x - view.x) * real, y: point.y - (point.y - view.y) * real }
}

/** Moves as little as needed for a box to be seen, as when the focus goes to it. */
export function reveal(
  view: Viewport,
  window: Size,
  area: Size & { readonly x: number; readonly y: number },
): Viewport {
  const edge = 16
  const shift = (start: number, length: number, room: number): number => {
    if (start < edge) return edge - start
    return start + length > room - edge ? Math.max(edge - start, room - edge - start - length) : 0
  }
  const dx = shift(view.x + area.x * view.scale, area.width * view.scale, window.width)
  const dy = shift(view.y + area.y * view.scale, area.height * view.scale, window.height)
  return dx === 0 && dy === 0 ? view : { ...view, x: view.x + dx, y: view.y + dy }
}
