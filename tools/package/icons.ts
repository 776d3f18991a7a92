import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

/** Sizes that desktops ask for; the largest is what Windows and macOS make theirs of. */
export const iconSizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const

type Colour = readonly [red: number, green: number, blue: number]

/** A square with round corners in the middle of the picture, in parts of its width. */
interface Shape {
  readonly width: number
  readonly radius: number
  readonly colour: Colour
}

/** Three walls around what runs: from the outside to the inside. */
const shapes: readonly Shape[] = [
  { width: 0.94, radius: 0.22, colour: [22, 33, 58] },
  { width: 0.7, radius: 0.15, colour: [74, 144, 226] },
  { width: 0.58, radius: 0.11, colour: [22, 33, 58] },
  { width: 0.4, radius: 0.08, colour: [64, 196, 160] },
  { width: 0.28, radius: 0.045, colour: [22, 33, 58] },
  { width: 0.16, radius: 0.03, colour: [245, 247, 250] },
]

/** Writes the icon in all sizes, as `SIZExSIZE.png`, and as `joey.svg`. */
export function writeIcons(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const size of iconSizes) writeFileSync(join(folder, `${size}x${size}.png`), drawIcon(size))
  writeFileSync(join(folder, 'joey.svg'), iconAsSvg())
}

export function iconAsSvg(): string {
  const squares = shapes.map(({ width, radius, colour }) => {
    const [at, size, round] = [(1 - width) / 2, width, radius].map((part) => Math.round(part * 1024))
    return `<rect x="${at}" y="${at}" width="${size}" height="${size}" rx="${round}" fill="rgb(${colour.join(' ')})"/>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">${squares.join('')}</svg>\n`
}

/** The icon as PNG, with smooth edges. */
export function drawIcon(size: number): Buffer {
  // Each line begins with the kind of its filter: none.
  const rows = Buffer.alloc(size * (1 + 4 * size))
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) rows.set(pixelAt(x, y, size), y * (1 + 4 * size) + 1 + 4 * x)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 6, 0, 0, 0], 8) // 8 bits of each of red, green, blue, opacity
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([signature, ...parts])
}

/** Red, green, blue and opacity of one pixel: each shape covers those before it, as far as it covers the pixel. */
function pixelAt(x: number, y: number, size: number): readonly number[] {
  let [colour, opacity]: [Colour, number] = [[0, 0, 0], 0]
  for (const shape of shapes) {
    const covers = Math.min(1, Math.max(0, 0.5 - distance(x + 0.5 - size / 2, y + 0.5 - size / 2, shape, size)))
    if (covers === 0) continue
    const whole = covers + opacity * (1 - covers)
    const mix = (of: 0 | 1 | 2) => (shape.colour[of] * covers + colour[of] * opacity * (1 - covers)) / whole
    ;[colour, opacity] = [[mix(0), mix(1), mix(2)], whole]
  }
  return [...colour.map(Math.round), Math.round(opacity * 255)]
}

/** From a point to the edge of a shape, in pixels; negative inside. */
function distance(x: number, y: number, { width, radius }: Shape, size: number): number {
  const [half, round] = [(width * size) / 2, radius * size]
  const [dx, dy] = [Math.abs(x) - half + round, Math.abs(y) - half + round]
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - round
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
