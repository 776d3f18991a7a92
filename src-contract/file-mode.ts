/** `rwxr-sr-T`: permissions with set-id and sticky bits, as ls has them. */
export function formatMode(mode: number): string {
  const part = (shift: number, special: boolean, letter: string): string => {
    const bits = (mode >> shift) & 7
    const last = special ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? 'x' : '-'
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`
  }
  return part(6, (mode & 0o4000) !== 0, 's') + part(3, (mode & 0o2000) !== 0, 's') + part(0, (mode & 0o1000) !== 0, 't')
}
