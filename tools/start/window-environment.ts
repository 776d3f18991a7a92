type Variables = Readonly<Record<string, string | undefined>>

/** What a desktop sets on purpose, so that the window appears as the person wants it. */
const kept = new Set(['ELECTRON_OZONE_PLATFORM_HINT'])

/**
 * What Node, Electron, Chromium, OpenSSL or the loader of programs would take from the environment and that loads code,
 * opens a debugger, writes what passes, or makes the window something else (`ELECTRON_RUN_AS_NODE`).
 */
const interpreted =
  /^(NODE_.*|ELECTRON_.*|JOEY_CALLER_.*|UV_.*|OPENSSL_.*|SSL_CERT_(FILE|DIR)|SSLKEYLOGFILE|LD_.*|CHROME_DEVEL_SANDBOX|CHROME_LOG_FILE)$/

/** The environment for the window: a desktop has many variables that matter, so it is all but what is interpreted. */
export function windowEnvironment(own: Variables): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(own).filter(([name]) => kept.has(name) || !interpreted.test(name)))
}
