import { randomBytes } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { appHost } from './app-url.ts'
import { findAsset, isBelow, mimeTypeOf } from './asset-path.ts'
import { commonHeaders, contentSecurityPolicy, noncePlaceholder } from './headers.ts'

interface AssetRequest {
  readonly method: string
  readonly url: string
}

/** Answers app:// from one folder and from nothing else; the page gets a fresh nonce with each load. */
export function createServer(folder: string): (request: AssetRequest) => Promise<Response> {
  return async ({ method, url }) => {
    const { host, pathname } = new URL(url)
    if (host !== appHost) return refuse(404)
    if (method !== 'GET' && method !== 'HEAD') return refuse(405)
    const path = await existing(folder, findAsset(folder, pathname))
    const type = path === undefined ? undefined : mimeTypeOf(path)
    if (path === undefined || type === undefined) return refuse(404)
    const content = await readFile(path)
    return type.startsWith('text/html') ? servePage(content.toString('utf8'), type) : serve(content, type)
  }
}

/** Follows links before the last check of the border, so that a link in the folder leads nowhere else. */
async function existing(folder: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(path)])
    return isBelow(root, real) ? real : undefined
  } catch {
    return undefined
  }
}

function servePage(html: string, type: string): Response {
  const nonce = randomBytes(18).toString('base64')
  return serve(html.replaceAll(noncePlaceholder, nonce), type, {
    'Content-Security-Policy': contentSecurityPolicy(nonce),
  })
}

function serve(content: string | Uint8Array<ArrayBuffer>, type: string, more: Record<string, string> = {}): Response {
  return new Response(content, { headers: { ...commonHeaders, 'Content-Type': type, ...more } })
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: commonHeaders })
}
