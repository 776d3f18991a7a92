import { gzipSync, zstdCompressSync } from 'node:zlib'
import { hostArchitecture } from '../../storage/images/plan-images.ts'
import { type Entry, sha256, tarFile } from './tar-builder.ts'

/** An image for tests: layers as tar files, from the lowest up. */
export interface TestImage {
  readonly layers: readonly Buffer[]
  readonly tags?: readonly string[] | null
  readonly config?: Readonly<Record<string, unknown>>
  /** Merged over the configuration's outer part. */
  readonly outer?: Readonly<Record<string, unknown>>
  readonly gzip?: boolean
  /** In an OCI layout, in place of gzip. */
  readonly zstd?: boolean
}

export function configurationOf({ layers, config, outer }: TestImage): Buffer {
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) }
  const created = '2024-05-06T07:08:09.123456789Z'
  return json({ created, architecture: hostArchitecture, os: 'linux', config: config ?? {}, rootfs, ...outer })
}

/** As `docker save` before version 25 wrote it: the manifest comes last. */
export function dockerEntries(images: readonly TestImage[]): Entry[] {
  const entries = new Map<string, Entry>()
  const manifest = images.map((image) => {
    const config = configurationOf(image)
    const configName = `${sha256(config)}.json`
    entries.set(configName, { name: configName, content: config })
    const layers = image.layers.map((layer) => {
      const name = `${sha256(layer)}/layer.tar`
      entries.set(name, { name, content: image.gzip ? gzipSync(layer) : layer })
      return name
    })
    return { Config: configName, RepoTags: image.tags === undefined ? ['test/image:1'] : image.tags, Layers: layers }
  })
  return [...entries.values(), { name: 'manifest.json', content: json(manifest) }]
}

export function dockerArchive(...images: readonly TestImage[]): Buffer {
  return tarFile(dockerEntries(images))
}

/** The files of an OCI layout, by path; as an archive with {@link tarFile}, as a folder when written out. */
export function ociEntries(images: readonly TestImage[], annotations: Readonly<Record<string, string>> = {}): Entry[] {
  const blobs = new Map<string, Buffer>()
  const add = (content: Buffer) => {
    blobs.set(`blobs/sha256/${sha256(content)}`, content)
    return { digest: `sha256:${sha256(content)}`, size: content.length }
  }
  const manifests = images.map((image) => {
    const layers = image.layers.map((layer) => ({
      mediaType: `application/vnd.oci.image.layer.v1.tar+${image.zstd ? 'zstd' : 'gzip'}`,
      ...add(image.zstd ? zstdCompressSync(layer) : gzipSync(layer)),
    }))
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', ...add(configurationOf(image)) }
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    return { mediaType, ...add(json({ schemaVersion: 2, mediaType, config, layers })), annotations }
  })
  return [
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', content: json({ schemaVersion: 2, manifests }) },
    ...[...blobs].map(([name, content]) => ({ name, content })),
  ]
}

/** The same with docker's media types throughout, as some builders write layouts. */
export function ociEntriesOfDocker(image: TestImage): Entry[] {
  const asDocker = (text: string): string =>
    text
      .replaceAll('vnd.oci.image.layer.v1.tar+gzip', 'vnd.docker.image.rootfs.diff.tar.gzip')
      .replaceAll('vnd.oci.image.config.v1+json', 'vnd.docker.container.image.v1+json')
      .replaceAll('vnd.oci.image.manifest.v1+json', 'vnd.docker.distribution.manifest.v2+json')
  const entries = ociEntries([image])
  const at = entries.findIndex(({ content }) => String(content).includes('"layers":['))
  const manifest = Buffer.from(asDocker(String(entries[at]?.content)))
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
  const descriptor = { mediaType, digest: `sha256:${sha256(manifest)}`, size: manifest.length }
  return entries.map((entry, index) => {
    if (index === at) return { name: `blobs/sha256/${sha256(manifest)}`, content: manifest }
    return entry.name === 'index.json' ? { ...entry, content: json({ manifests: [descriptor] }) } : entry
  })
}

/** One with a list of platforms between the index and the manifests, as builders write. */
export function ociEntriesOfPlatforms(images: readonly (TestImage & { platform: string })[]): Entry[] {
  const entries = ociEntries(images)
  const index = JSON.parse(String(entries[1]?.content)) as { manifests: Record<string, unknown>[] }
  const manifests = index.manifests.map((descriptor, at) => {
    const [os, architecture] = (images[at]?.platform ?? '').split('/')
    return { ...descriptor, platform: { os, architecture } }
  })
  const list = json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })
  const digest = `sha256:${sha256(list)}`
  const top = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: list.length }
  return [
    ...entries.filter(({ name }) => name !== 'index.json'),
    { name: `blobs/sha256/${sha256(list)}`, content: list },
    { name: 'index.json', content: json({ schemaVersion: 2, manifests: [top] }) },
  ]
}

/** A layer of few files, different for each text. */
export function smallLayer(text = 'hello'): Buffer {
  return tarFile([
    { name: 'etc/', type: '5', mode: 0o755 },
    { name: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' },
    { name: 'etc/group', content: 'root:x:0:\n' },
    { name: 'etc/text', content: text },
  ])
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
