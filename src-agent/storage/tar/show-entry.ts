/** The path of an entry of an archive, for a sentence: whatever its writer put into it, and no longer than one reads. */
export function showEntry(path: string): string {
  const text = Buffer.from(path, 'latin1')
    .toString('utf8')
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
