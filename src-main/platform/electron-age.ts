import { devDependencies } from '../../package.json'

/** Whether a version of Electron is of a lower major version than the one that Joey is made for. */
export function isOlder(version: string, wanted: string = devDependencies.electron): boolean {
  return majorOf(version) < majorOf(wanted)
}

/** Of `45.4.1` and of a range like `^45.4.1`; not a number of anything else. */
function majorOf(version: string): number {
  return Number(/^[~^]?(\d+)\./.exec(version)?.[1])
}
