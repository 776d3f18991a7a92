/**
 * What the page may name. Repeated here rather than read from the contract, because its schemas would bring a whole
 * validation library into the sandboxed preload; names.test.ts holds the two lists together.
 */
export const callNames: readonly string[] = [
  'agent.info',
  'host.examine',
  'image.list',
  'image.import',
  'image.remove',
  'task.cancel',
  'sandbox.create',
  'sandbox.list',
  'sandbox.inspect',
  'sandbox.start',
  'sandbox.stop',
  'sandbox.kill',
  'sandbox.restart',
  'sandbox.pause',
  'sandbox.resume',
  'sandbox.rename',
  'sandbox.update',
  'sandbox.remove',
  'sandbox.wait',
  'terminal.open',
  'terminal.list',
  'terminal.close',
  'usage.read',
  'sandbox.setNetwork',
  'sandbox.setGrants',
  'class.list',
  'class.measure',
  'class.advise',
  'class.plan',
  'class.set',
  'sandbox.bootLog',
  'isolation.read',
  'isolation.blast',
  'selftest.run',
  'selftest.read',
  'settings.read',
  'settings.update',
  'app.startAgent',
  'app.chooseImage',
  'app.copyText',
  'app.saveFile',
  'app.showLog',
  'app.info',
]

export const streamNames: readonly string[] = ['events', 'sandbox.logs', 'usage', 'terminal.attach', 'isolation']

export const channels = {
  call: 'joey:call',
  open: 'joey:open',
  port: 'joey:port',
  link: 'joey:link',
  drain: 'joey:drain',
} as const
