import { protocol } from 'electron'
import { appScheme } from './app-url.ts'
import { createServer } from './serve.ts'

/** Must be called before the app is ready: gives app:// an origin of its own and the rights of https. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the page from its folder, once the app is ready. */
export function serveApp(folder: string): void {
  protocol.handle(appScheme, createServer(folder))
}
