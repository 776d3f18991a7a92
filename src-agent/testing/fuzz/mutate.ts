/** Numbers from 0 to below 1, the same for the same seed. */
export type Random = () => number

/** mulberry32: short, and good enough to choose what to damage. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const edges = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

/** A copy of the bytes with one to eight faults in it, where there was something: zeros hold little to misread. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  const faults = 1 + Math.floor(random() * 8)
  for (let fault = 0; fault < faults; fault += 1) damage(copy, choosePlace(copy, random), random)
  return random() < 0.05 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy
}

function choosePlace(bytes: Buffer, random: Random): number {
  let at = Math.floor(random() * bytes.length)
  for (let tries = 0; tries < 60 && bytes[at] === 0; tries += 1) at = Math.floor(random() * bytes.length)
  return at
}

function damage(bytes: Buffer, at: number, random: Random): void {
  const kind = Math.floor(random() * 5)
  if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  else if (kind === 1) bytes[at] = Math.floor(random() * 256)
  else if (kind === 2) writeNumber(bytes, at, edges[Math.floor(random() * edges.length)] ?? 0, random)
  else if (kind === 3) writeNumber(bytes, at, Math.floor(random() * 4096), random)
  else copyPart(bytes, at, random)
}

/** In two or four bytes, aligned as the structures of disks are. */
function writeNumber(bytes: Buffer, at: number, value: number, random: Random): void {
  const size = random() < 0.5 ? 2 : 4
  const place = Math.min(at - (at % size), bytes.length - size)
  if (place < 0) return
  if (size === 2) bytes.writeUInt16LE(value % 0x1_0000, place)
  else bytes.writeUInt32LE(value, place)
}

function copyPart(bytes: Buffer, at: number, random: Random): void {
  const length = 1 + Math.floor(random() * 64)
  bytes.copy(bytes, Math.floor(random() * bytes.length), at, Math.min(at + length, bytes.length))
}
