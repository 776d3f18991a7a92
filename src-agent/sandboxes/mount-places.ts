/** Inside, these belong to the engine. */
export const guestFolders = ['/proc', '/sys', '/dev']

/** A path inside in the one manner of writing. */
export function plainTarget(target: string): string {
  return `/${target
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`
}
