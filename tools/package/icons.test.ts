import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { drawIcon, iconAsSvg } from './icons.ts'

/** Red, green, blue, opacity of a pixel of a picture without filters. */
function pixel(png: Buffer, size: number, x: number, y: number): number[] {
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  return [...rows.subarray(y * (1 + 4 * size) + 1 + 4 * x).subarray(0, 4)]
}

test('the icon is transparent at its corners and opaque in the middle', () => {
  const png = drawIcon(32)
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect(png.readUInt32BE(16)).toBe(32)
  expect(pixel(png, 32, 0, 0)[3]).toBe(0)
  expect(pixel(png, 32, 16, 16)).toEqual([245, 247, 250, 255])
})

test('as a drawing it has the same shapes', () => {
  expect(iconAsSvg().match(/<rect /g)).toHaveLength(6)
})
