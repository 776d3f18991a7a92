import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where system programs lie although the PATH of a plain user does not name it. */
const systemFolders = ['/usr/sbin', '/sbin']

/** Whether a program can be found and executed. */
export function hasProgram(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const folders = [...(env['PATH'] ?? '').split(delimiter), ...systemFolders].filter((folder) => folder !== '')
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
