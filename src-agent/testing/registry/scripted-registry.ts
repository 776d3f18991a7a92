import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Entry, sha256 } from '../images/tar-builder.ts'

/** What a registry has under a path: a manifest or a blob. */
export interface Content {
  readonly kind: 'manifest' | 'blob'
  readonly digest: string
  readonly bytes: Buffer
  readonly mediaType: string
  /** Whether it is one of the layers. */
  readonly isLayer: boolean
}

/** Answers in place of the registry; false leaves it to do what is right. */
export type Twist = (content: Content, response: ServerResponse, request: IncomingMessage) => boolean

export interface ScriptedRegistry {
  readonly host: string
  /** Digests of layers, from the lowest up. */
  readonly layers: readonly string[]
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  /** How often a digest was asked for. */
  count(digest: string): number
  close(): Promise<void>
}

/** A registry on loopback that has one image, and answers as the test wants. */
export async function openScriptedRegistry(
  entries: readonly Entry[],
  twist: Twist = () => false,
): Promise<ScriptedRegistry> {
  const contents = contentsOf(entries)
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (path === '/v2/') return void response.end('{}')
    const found = contents.find(path)
    if (found === undefined) return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
    if (twist(found, response, request)) return
    response.writeHead(200, { 'content-type': found.mediaType, 'content-length': found.bytes.length }).end(found.bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    layers: contents.layers,
    asked,
    count: (digest) => asked.filter((path) => path.endsWith(digest)).length,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function contentsOf(entries: readonly Entry[]) {
  const blobs = new Map<string, Buffer>()
  for (const { name, content } of entries) {
    if (String(name).startsWith('blobs/'))
      blobs.set(`sha256:${sha256(Buffer.from(content ?? ''))}`, Buffer.from(content ?? ''))
  }
  const index = JSON.parse(String(entries.find(({ name }) => name === 'index.json')?.content)) as {
    manifests: { digest: string; mediaType: string }[]
  }
  const [top] = index.manifests
  const manifest = JSON.parse(String(blobs.get(top?.digest ?? ''))) as { layers?: { digest: string }[] }
  const layers = (manifest.layers ?? []).map(({ digest }) => digest)
  const make = (kind: Content['kind'], digest: string): Content | undefined => {
    const bytes = blobs.get(digest)
    const mediaType = kind === 'manifest' ? (top?.mediaType ?? '') : 'application/octet-stream'
    return bytes && { kind, digest, bytes, mediaType, isLayer: layers.includes(digest) }
  }
  return {
    layers,
    find(path: string): Content | undefined {
      const found = /^\/v2\/[a-z/]+\/(manifests|blobs)\/([^/]+)$/.exec(path)
      const [, kind, ref = ''] = found ?? []
      return make(kind === 'manifests' ? 'manifest' : 'blob', ref.startsWith('sha256:') ? ref : (top?.digest ?? ''))
    },
  }
}
