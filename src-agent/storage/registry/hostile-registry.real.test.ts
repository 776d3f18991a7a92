import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ociEntries, smallLayer } from '../../testing/images/image-builder.ts'
import { type Entry, tarFile } from '../../testing/images/tar-builder.ts'
import { openPullBench, type PullBench } from '../../testing/registry/pull-bench.ts'
import {
  type Content,
  openScriptedRegistry,
  type ScriptedRegistry,
  type Twist,
} from '../../testing/registry/scripted-registry.ts'
import { digestOf } from './remote-image.ts'

let bench: PullBench
let registry: ScriptedRegistry | null = null
beforeEach(async () => {
  bench = await openPullBench()
})
afterEach(async () => {
  await registry?.close()
  await bench.close()
})

/** A layer of so many bytes that no compression makes smaller. */
const largeLayer = (size: number): Buffer => tarFile([{ name: 'large', content: randomBytes(size) }])
const image = (...layers: Buffer[]): Entry[] =>
  ociEntries([{ layers: layers.length > 0 ? layers : [smallLayer('hostile')] }])
const serve = async (entries: readonly Entry[], twist: Twist): Promise<string> => {
  registry = await openScriptedRegistry(entries, twist)
  return `${registry.host}/app:1`
}
/** Sends without end, as fast as it is taken. */
function sendForever(response: Parameters<Twist>[1], chunk: Buffer): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

/** Changes what the index leads to: the manifest with other words in it, under its true digest. */
function withManifest(entries: readonly Entry[], change: (text: string) => string): Entry[] {
  const index = JSON.parse(String(entries.find(({ name }) => name === 'index.json')?.content)) as {
    manifests: { digest: string }[]
  }
  const old = `blobs/sha256/${index.manifests[0]?.digest.slice(7)}`
  const manifest = Buffer.from(change(String(entries.find(({ name }) => name === old)?.content)))
  const digest = digestOf(manifest)
  const top = { manifests: [{ ...index.manifests[0], digest, size: manifest.length }] }
  return entries.map((entry) => {
    if (entry.name === 'index.json') return { ...entry, content: JSON.stringify(top) }
    return entry.name === old ? { name: `blobs/sha256/${digest.slice(7)}`, content: manifest } : entry
  })
}

const isLayer = (content: Content): boolean => content.isLayer
const gone = Buffer.alloc(64 * 1024)

describe('of a registry that lies, nothing is taken and nothing stays', () => {
  test.each<[string, string, Twist, (entries: Entry[]) => Entry[]]>([
    [
      'a manifest of a gigabyte',
      'registry-answer-too-large',
      ({ kind, mediaType }, response) => {
        if (kind !== 'manifest') return false
        response.writeHead(200, { 'content-type': mediaType, 'content-length': 2 ** 30 })
        sendForever(response, Buffer.alloc(64 * 1024, ' '))
        return true
      },
      (entries) => entries,
    ],
    [
      'a layer of other bytes',
      'registry-wrong-content',
      (content, response) => {
        if (!isLayer(content)) return false
        response.end(randomBytes(content.bytes.length))
        return true
      },
      (entries) => entries,
    ],
    [
      'a layer that ends early and says so',
      'registry-wrong-content',
      (content, response) => {
        if (!isLayer(content)) return false
        response.end(content.bytes.subarray(0, content.bytes.length / 2))
        return true
      },
      (entries) => entries,
    ],
    [
      'a layer without end',
      'registry-answer-too-large',
      (content, response) => {
        if (!isLayer(content)) return false
        sendForever(response, gone)
        return true
      },
      (entries) => entries,
    ],
    [
      'a layer that becomes much larger on the way',
      'registry-answer-too-large',
      (content, response) => {
        if (!isLayer(content)) return false
        response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(256 * 2 ** 20)))
        return true
      },
      (entries) => entries,
    ],
    [
      'a layer that is larger than the manifest says',
      'registry-wrong-content',
      () => false,
      (entries) =>
        withManifest(entries, (text) =>
          text.replace(
            /("size":)(\d+)(\}\])/,
            (_all, a: string, size: string, b: string) => `${a}${Number(size) - 1}${b}`,
          ),
        ),
    ],
    [
      'a manifest that is none',
      'registry-manifest-unreadable',
      () => false,
      (entries) => withManifest(entries, () => '[1,2]'),
    ],
    [
      'a manifest of the first kind',
      'registry-manifest-too-old',
      () => false,
      (entries) => withManifest(entries, () => '{"schemaVersion":1,"name":"x","tag":"1","fsLayers":[]}'),
    ],
    [
      'a layer of a terabyte',
      'registry-answer-too-large',
      () => false,
      (entries) => withManifest(entries, (text) => text.replace(/("size":)\d+(\}\])/, `$1${2 ** 40}$2`)),
    ],
  ])('%s', async (_what, reason, twist, change) => {
    const ref = await serve(change(image()), twist)
    await expect(bench.pull(ref)).rejects.toMatchObject({ wire: { reason } })
    expect(await bench.leftovers()).toEqual([])
  })

  test('a layer that leaves its place when it is unpacked', async () => {
    const layer = tarFile([{ name: '../outside', content: 'x' }])
    const ref = await serve(image(layer), () => false)
    await expect(bench.pull(ref)).rejects.toMatchObject({ wire: { reason: 'layer-path-outside' } })
    expect(await bench.leftovers()).toEqual([])
  })
})

describe('a registry sends nobody to where it should not', () => {
  let other: Server
  let hits = 0
  beforeEach(async () => {
    hits = 0
    other = createServer((_request, response) => {
      hits += 1
      response.end('secret')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    other.closeAllConnections()
    other.close()
  })
  const redirect =
    (to: () => string): Twist =>
    (content, response) => {
      if (!isLayer(content)) return false
      response.writeHead(307, { location: to() }).end()
      return true
    }

  test('a file of this machine', async () => {
    const ref = await serve(
      image(),
      redirect(() => 'file:///etc/passwd'),
    )
    await expect(bench.pull(ref)).rejects.toMatchObject({ wire: { reason: 'registry-failed' } })
    expect(await bench.leftovers()).toEqual([])
  })

  test('another program of this machine', async () => {
    const ref = await serve(
      image(),
      redirect(() => `http://127.0.0.1:${(other.address() as AddressInfo).port}/`),
    )
    await expect(bench.pull(ref)).rejects.toThrow()
    expect(hits).toBe(0)
  })

  test.each([
    ['http', 'registry-plain-refused', 'http://elsewhere.example'],
    ['https', 'registry-host-refused', 'elsewhere.example'],
  ])('another host by %s, which is named and not spoken to', async (scheme, reason, host) => {
    const ref = await serve(
      image(),
      redirect(() => `${scheme}://elsewhere.example/layer`),
    )
    await expect(bench.pull(ref)).rejects.toMatchObject({ wire: { reason, params: { host } } })
    expect(await bench.leftovers()).toEqual([])
  })
})

describe('a connection that breaks', () => {
  const cutOnce = (): Twist => {
    let cut = false
    return ({ bytes, digest }, response) => {
      if (cut || digest !== registry?.layers[1]) return false
      cut = true
      response.writeHead(200, { 'content-length': bytes.length })
      // Late enough for the first layer, which is small, to be whole.
      response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 300))
      return true
    }
  }

  test('at half of a layer is taken up again, without the layers that are whole', async () => {
    const ref = await serve(image(smallLayer('first'), largeLayer(4_000_000)), cutOnce())
    const pulled = await bench.pull(ref)
    expect(pulled.fetchedLayers).toBe(2)
    expect(registry?.count(registry.layers[0] ?? '')).toBe(1)
    // skopeo asks once more by itself, for the rest alone, where it has read enough by then; this registry gives no parts.
    expect([2, 3]).toContain(registry?.count(registry.layers[1] ?? ''))
  })

  test('each time ends the pull, and the next one goes on with what is whole', async () => {
    let broken = true
    const ref = await serve(image(smallLayer('first'), largeLayer(4_000_000)), ({ bytes, digest }, response) => {
      if (!broken || digest !== registry?.layers[1]) return false
      response.writeHead(200, { 'content-length': bytes.length })
      // Late enough for the first layer, which is small, to be whole.
      response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 300))
      return true
    })
    await expect(bench.pull(ref)).rejects.toMatchObject({ wire: { reason: 'registry-connection-lost' } })
    const first = registry?.count(registry.layers[0] ?? '')
    broken = false
    expect(await bench.pull(ref)).toMatchObject({ fetchedLayers: 1, totalLayers: 2 })
    expect(registry?.count(registry.layers[0] ?? '')).toBe(first)
  })

  test('when the person cancels, and nothing runs any more', async () => {
    const stop = new AbortController()
    const ref = await serve(image(largeLayer(4_000_000)), ({ bytes, ...content }, response) => {
      if (!content.isLayer) return false
      response.writeHead(200, { 'content-length': bytes.length })
      response.write(bytes.subarray(0, 1000), () => stop.abort())
      return true
    })
    await expect(bench.pull(ref, { signal: stop.signal })).rejects.toMatchObject({ wire: { reason: 'cancelled' } })
    expect((await bench.bench.leftovers()).filter((name) => /skopeo|bwrap|staging\//.test(name))).toEqual([])
  })
})
