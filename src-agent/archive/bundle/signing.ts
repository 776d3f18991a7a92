import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'

/** Public keys are written as minisign does: `Ed`, the id of the key and the key itself, in base64. */
export interface Signature {
  readonly publicKey: string
  /** Of the digest, in base64. */
  readonly signature: string
}

export interface TrustedKey {
  readonly key: string
  readonly publicKey: string
  readonly name: string
}

/** The key of this machine, made when it is first wanted, and the keys that a person trusts. */
export interface Signing {
  own(): Promise<{ readonly key: string; readonly publicKey: string }>
  sign(digest: string): Promise<Signature>
  trusted(): Promise<readonly TrustedKey[]>
  /** Gives the id of the key. */
  trust(publicKey: string, name: string, trusted: boolean): Promise<string>
}

const rawBytes = 32
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex')
const Trusted = z.array(z.strictObject({ key: z.string(), publicKey: z.string(), name: z.string() }))

export function openSigning(folder: string): Signing {
  const secretFile = join(folder, 'secret.pem')
  const trustedFile = join(folder, 'trusted.json')
  let secret: Promise<KeyObject> | null = null
  const load = (): Promise<KeyObject> => {
    secret ??= loadOrMake(folder, secretFile)
    secret.catch(() => {
      secret = null
    })
    return secret
  }
  const publicText = async () => {
    const raw = createPublicKey(await load())
      .export({ format: 'der', type: 'spki' })
      .subarray(-rawBytes)
    return writePublicKey(raw)
  }
  const trusted = async () => Trusted.parse(JSON.parse((await readOrNull(trustedFile)) ?? '[]'))
  /** One change after the other. */
  let last: Promise<unknown> = Promise.resolve()
  return {
    async own() {
      const publicKey = await publicText()
      return { publicKey, key: keyIdOf(publicKey) }
    },
    async sign(digest) {
      return {
        publicKey: await publicText(),
        signature: sign(null, messageOf(digest), await load()).toString('base64'),
      }
    },
    trusted,
    trust(text, name, isTrusted) {
      const publicKey = writePublicKey(readPublicKey(text))
      const key = keyIdOf(publicKey)
      const change = last.then(async () => {
        const others = (await trusted()).filter((each) => each.publicKey !== publicKey)
        await writeWhole(
          folder,
          trustedFile,
          JSON.stringify(isTrusted ? [...others, { key, publicKey, name }] : others),
        )
        return key
      })
      last = change.catch(() => undefined)
      return change
    },
  }
}

/** Whether the key has signed the digest (of a bundle, in hexadecimal). */
export function isSignedBy({ publicKey, signature }: Signature, digest: string): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.concat([spkiHead, readPublicKey(publicKey)]),
      format: 'der',
      type: 'spki',
    })
    return verify(null, messageOf(digest), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** 16 hexadecimal digits. */
export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(readPublicKey(publicKey)).digest('hex').slice(0, 16)
}

/** So that a signature of a bundle is one of nothing else. */
function messageOf(digest: string): Buffer {
  return Buffer.from(`joey-bundle 1\n${digest}\n`)
}

function writePublicKey(raw: Buffer): string {
  const id = createHash('sha256').update(raw).digest().subarray(0, 8)
  return Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64')
}

/** The last line of a file of minisign will do as well. The id in it is a hint that anybody can write; the key is what counts. */
function readPublicKey(text: string): Buffer {
  const bytes = Buffer.from(text.trim().split('\n').at(-1) ?? '', 'base64')
  if (bytes.length === 2 + 8 + rawBytes && bytes.toString('latin1', 0, 2) === 'Ed') return bytes.subarray(-rawBytes)
  throw appError('not-a-public-key')
}

async function loadOrMake(folder: string, file: string): Promise<KeyObject> {
  const known = await readOrNull(file)
  if (known !== null) return createPrivateKey(known)
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeWhole(folder, file, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  return privateKey
}

async function readOrNull(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}

async function writeWhole(folder: string, path: string, content: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = `${path}.part`
  await rm(part, { force: true })
  const file = await open(part, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}
