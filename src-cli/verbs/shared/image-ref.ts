import { ImageRef } from '#contract/image'
import { usageError } from '../../command/usage-error.ts'

/** The name or digest of an image, or what is wrong with it. */
export function imageRef(text: string): string {
  if (ImageRef.safeParse(text).success) return text
  throw usageError('usage-image-ref', { text })
}
