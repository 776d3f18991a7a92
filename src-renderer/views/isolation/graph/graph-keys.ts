import { type Box, box } from './graph-scene.ts'

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

const directions: Readonly<Record<Direction, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

export function isDirection(key: string): key is Direction {
  return key in directions
}

/** The nearest box that way, sideways distance counting double; the same one where there is none. */
export function nextBox(boxes: readonly Box[], from: string, direction: Direction): string {
  const here = boxes.find(({ id }) => id === from)
  if (!here) return boxes[0]?.id ?? from
  const [dx, dy] = directions[direction]
  let best = { id: from, cost: Number.POSITIVE_INFINITY }
  for (const { id, x, y } of boxes) {
    // In units of boxes, so that a column is as near as a row.
    const [right, down] = [(x - here.x) / (box.width + box.gap), (y - here.y) / box.height]
    const ahead = right * dx + down * dy
    const aside = Math.abs(right * dy) + Math.abs(down * dx)
    if (ahead <= 0) continue
    const cost = ahead + 2 * aside
    if (cost < best.cost) best = { id, cost }
  }
  return best.id
}
