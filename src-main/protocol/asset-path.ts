import { extname, resolve, sep } from 'node:path'

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** The type a file is served with; nothing for types that the app does not have. */
export function mimeTypeOf(path: string): string | undefined {
  return mimeTypes[extname(path).toLowerCase()]
}

/**
 * The file that a path of an app:// URL means, or nothing when it is not strictly below the folder. The URL parser has
 * resolved plain `..` already; encoded slashes, backslashes, and NUL have not been.
 */
export function findAsset(folder: string, pathname: string): string | undefined {
  const decoded = decode(pathname)
  if (decoded === undefined || /[\0\\]/.test(decoded)) return undefined
  const segments = decoded.split('/')
  if (segments.some((segment) => segment === '..' || segment === '.')) return undefined
  const root = resolve(folder)
  const path = resolve(root, `.${decoded === '/' ? '/index.html' : decoded}`)
  return isBelow(root, path) ? path : undefined
}

/** Whether a path is strictly below a folder; both absolute. */
export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function decode(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return undefined
  }
}
