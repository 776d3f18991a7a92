import { createCipheriv, createDecipheriv, createHash, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { bundleDamaged, passphraseWrong } from './bundle-errors.ts'

/** Encrypts the chunks of one bundle, in their order. */
export interface ChunkCipher {
  /** `last` is part of what is proven, so that nobody can cut off the end. */
  seal(chunk: Buffer, last: boolean): Buffer
  open(sealed: Buffer, last: boolean): Buffer
}

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)
/** 64 MiB and a fifth of a second. Fixed: a bundle cannot make its reader spend more. */
const cost = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 2 ** 20 }
const tagBytes = 16
export const cipherName = 'scrypt-aes-256-gcm'

/**
 * AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce of a chunk is its number and
 * whether it is the last. The salt is new for each bundle, hence the key is, hence no nonce is used twice. What stands in the
 * head of the file is proven with each chunk.
 */
export async function createChunkCipher(passphrase: string, salt: Buffer, head: Buffer): Promise<ChunkCipher> {
  const key = await derive(passphrase.normalize('NFC'), salt, 32, cost)
  const proven = createHash('sha256').update(head).digest()
  let number = 0
  const nonce = (last: boolean): Buffer => {
    const made = Buffer.alloc(12)
    made.writeUInt32BE(number, 7)
    made.writeUInt8(last ? 1 : 0, 11)
    number += 1
    return made
  }
  return {
    seal(chunk, last) {
      const cipher = createCipheriv('aes-256-gcm', key, nonce(last)).setAAD(proven)
      return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, last) {
      const isFirst = number === 0
      const decipher = createDecipheriv('aes-256-gcm', key, nonce(last), { authTagLength: tagBytes }).setAAD(proven)
      try {
        decipher.setAuthTag(sealed.subarray(-tagBytes))
        return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
      } catch {
        throw isFirst ? passphraseWrong() : bundleDamaged('a chunk is not what was encrypted')
      }
    },
  }
}
