import { chmodSync, closeSync, constants, openSync } from 'node:fs'

/** Makes an empty file that only the owner may read, or closes one that is there. SQLite gives its other files the same mode. */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600))
  chmodSync(path, 0o600)
}
