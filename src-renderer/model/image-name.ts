/** One name for one image: what was typed without a tag means `latest`. A digest needs none. */
export function fullImageName(reference: string): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1)
  if (last.includes(':') || reference.includes('@') || /^[a-f0-9]{64}$/.test(reference)) return reference
  return `${reference}:latest`
}
