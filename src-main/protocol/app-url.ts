/** The one origin that Joey's pages have. */
export const appScheme = 'app'
export const appHost = 'joey'
export const appPage = `${appScheme}://${appHost}/index.html`

/** Whether a URL lies within the app's own origin. */
export function isAppUrl(text: string): boolean {
  const url = parseUrl(text)
  // `origin` is "null" for schemes that Node does not know, so the parts are compared.
  return url?.protocol === `${appScheme}:` && url.host === appHost && url.username === '' && url.password === ''
}

/** Whether a URL is the app's page, as it is loaded at the start. Its hash and query do not matter. */
export function isAppPage(text: string): boolean {
  return isAppUrl(text) && ['/', '/index.html'].includes(new URL(text).pathname)
}

/**
 * A published port of a sandbox: http(s) on this machine's loopback with an explicit port. Anything else that a page
 * or a guest's output would like to have opened stays closed.
 */
export function isPublishedPort(text: string): boolean {
  const url = parseUrl(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return false
  if (url.username !== '' || url.password !== '' || url.port === '') return false
  return ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
