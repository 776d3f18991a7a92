/** One short name for one image: `latest` is what a name without a tag means, and needs not be said. */
export function shortImageName(reference: string): string {
  return reference.replace(/:latest$/, '')
}
