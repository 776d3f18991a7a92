import { expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import { AppError } from '#contract/app-error'
import { dockerArchive, ociEntries, smallLayer } from './testing/image-builder.ts'
import { tarFile } from './testing/tar-builder.ts'
import { openBench } from './testing/store-bench.ts'
test('fuzz', async () => {
  const bench = await openBench()
  let seed = 12345
  const rnd = (n: number) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n }
  const bases = [dockerArchive({ layers: [smallLayer()] }), gzipSync(dockerArchive({ layers: [smallLayer()] })), dockerArchive({ layers: [smallLayer()], gzip: true }), tarFile(ociEntries([{ layers: [smallLayer()] }]))]
  const counts: Record<string, number> = {}
  for (let i = 0; i < 600; i++) {
    const b = Buffer.from(bases[i % bases.length]!)
    const kind = rnd(4)
    let c: Buffer = b
    if (kind === 0) c = b.subarray(0, rnd(b.length))
    else for (let k = 0; k <= rnd(kind === 1 ? 1 : 20); k++) b[rnd(b.length)] = rnd(256)
    try { await bench.importFile(c); counts['ok'] = (counts['ok'] ?? 0) + 1 } catch (e) {
      const key = e instanceof AppError ? e.wire.code + '/' + e.wire.reason : 'RAW ' + String(e)
      counts[key] = (counts[key] ?? 0) + 1
      if (key.includes('tool-failed') && counts[key] < 4) console.log((e as AppError).wire.detail?.slice(-300))
    }
  }
  console.log(counts, (await bench.leftovers()).length)
  await bench.close()
  expect(1).toBe(1)
}, 200000)
