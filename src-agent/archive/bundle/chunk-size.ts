/** Of content in one chunk of a bundle, at most, in bytes. What a chunk unpacks to can never be more. */
export const chunkBytes = 2 * 2 ** 20

/** zstd adds next to nothing to what cannot be compressed. */
export const mostPacked = chunkBytes + 64 * 1024
