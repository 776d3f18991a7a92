import type { Session } from 'electron'

/** Requests leave the process for these schemes only; the policy of the page says the same, this holds without it. */
const allowedSchemes = ['app:', 'data:', 'devtools:']

/** Denies everything that a web page may ask a browser for: Joey's page needs none of it. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isAllowed(url) }))
  session.setSpellCheckerEnabled(false)
}

function isAllowed(url: string): boolean {
  return allowedSchemes.some((scheme) => url.startsWith(scheme))
}
