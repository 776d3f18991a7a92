import { expect, test } from 'vitest'
import { windowEnvironment } from './window-environment.ts'

test.each([
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_OVERRIDE_DIST_PATH',
  'ELECTRON_ENABLE_LOGGING',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'NODE_V8_COVERAGE',
  'OPENSSL_CONF',
  'SSL_CERT_FILE',
  'SSLKEYLOGFILE',
  'LD_PRELOAD',
  'CHROME_DEVEL_SANDBOX',
  'UV_THREADPOOL_SIZE',
])('%s does not reach the window', (name) => {
  expect(windowEnvironment({ [name]: '1', DISPLAY: ':0' })).toEqual({ DISPLAY: ':0' })
})

test.each([
  'ELECTRON_OZONE_PLATFORM_HINT',
  'DBUS_SESSION_BUS_ADDRESS',
  'GTK_THEME',
  'JOEY_HOME',
  'HTTPS_PROXY',
  'LANG',
])('%s does', (name) => {
  expect(windowEnvironment({ [name]: '1' })).toEqual({ [name]: '1' })
})
