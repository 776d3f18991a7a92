import { readFileSync, readlinkSync } from 'node:fs'
import type { JoeyBridge } from '../src-renderer/bridge.ts'
import { test as base, expect } from './fixtures/test.ts'
import { TrapServer } from './fixtures/trap-server.ts'

declare global {
  // What an attack of these tests leaves behind when it gets through.
  var broken: string[] | undefined
  // The page's bridge; the same name as in the renderer, seen from outside of it.
  var joey: JoeyBridge
}

const test = base.extend<{ trap: TrapServer }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the pattern
  trap: async ({}, provide) => {
    const trap = await TrapServer.listen()
    await provide(trap)
    await trap.close()
  },
})

test('the window runs isolated, sandboxed and without Node', async ({ mainWindow }) => {
  const preferences = await mainWindow.app.evaluate(({ BrowserWindow }) => {
    const [first] = BrowserWindow.getAllWindows()
    // Not in the types, but how Electron shows what is really in effect.
    const contents = first?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    return contents.getLastWebPreferences()
  })
  expect(preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
  })

  const seen = await mainWindow.page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter((name) => name in globalThis),
    bridge: Object.keys(joey).sort(),
    origin: location.origin,
    isolatedByOpener: globalThis.opener === null,
  }))
  expect(seen).toEqual({
    node: [],
    bridge: ['call', 'onLink', 'open', 'pathOf'],
    origin: 'app://joey',
    isolatedByOpener: true,
  })
})

test('the window is no root, and Chromium confines its page', async ({ mainWindow }) => {
  const { main, page } = await mainWindow.app.evaluate(({ BrowserWindow }) => ({
    main: process.pid,
    page: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  }))
  const [ofMain, ofPage] = [main, page].map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'))
  expect(ofMain).not.toMatch(/^Uid:\s+0\b/m)
  expect(ofMain).toMatch(/^CapPrm:\s+0+$/m)
  expect(ofPage).toMatch(/^Seccomp:\s+2$/m)
  expect(ofPage).toMatch(/^NoNewPrivs:\s+1$/m)
  for (const namespace of ['user', 'pid', 'net']) {
    const [one, other] = [main, page].map((pid) => readlinkSync(`/proc/${pid}/ns/${namespace}`))
    expect(other, namespace).not.toBe(one)
  }
})

test('the window says whom it runs as, and that its page is confined', async ({ mainWindow }) => {
  await mainWindow.shell.go('Host')
  await expect(mainWindow.page.getByText(/^Account [1-9]\d*, page confined$/)).toBeVisible()
  await expect(mainWindow.page.getByText(/does not confine/)).toHaveCount(0)
})

test('nothing that is not a file of the app runs or styles', async ({ mainWindow }) => {
  const broken = await mainWindow.page.evaluate(async () => {
    globalThis.broken = []
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))
    // In a task of the page's own: what the debugger calls directly may evaluate code whatever the policy says.
    setTimeout(() => {
      // oxlint-disable-next-line no-eval, typescript/no-implied-eval -- the attack itself
      for (const attempt of [() => (0, eval)("broken.push('eval')"), () => new Function("broken.push('Function')")()]) {
        try {
          attempt()
        } catch {
          // as it should be
        }
      }
    })
    const inline = document.createElement('script')
    inline.textContent = "broken.push('inline script')"
    const data = document.createElement('script')
    data.src = "data:text/javascript,broken.push('data script')"
    document.head.append(inline, data)
    const host = document.createElement('div')
    host.innerHTML =
      '<p id="styled" style="color: rgb(1, 2, 3)">a</p>' +
      '<style>#ruled { color: rgb(1, 2, 3) }</style><p id="ruled">b</p>' +
      `<img src="data:image/png;base64,AA" onerror="broken.push('handler')">` +
      `<a id="script-link" href="javascript:broken.push('link')">c</a>` +
      `<iframe srcdoc="<script>parent.broken.push('frame')</script>"></iframe>`
    document.body.append(host)
    document.getElementById('script-link')?.click()
    await turn()
    for (const id of ['styled', 'ruled']) {
      const element = document.getElementById(id)
      if (element && getComputedStyle(element).color === 'rgb(1, 2, 3)') globalThis.broken.push(id)
    }
    host.remove()
    return globalThis.broken
  })

  expect(broken).toEqual([])
})

test('the page reaches no other server, not even one on this machine', async ({ mainWindow, trap }) => {
  const reached = await mainWindow.page.evaluate(async (url) => {
    const loads = (tag: 'img' | 'script' | 'iframe' | 'object'): Promise<boolean> =>
      new Promise((resolve) => {
        const element = document.createElement(tag)
        element.addEventListener('error', () => resolve(false))
        if (tag === 'img') element.addEventListener('load', () => resolve(true))
        element.setAttribute(tag === 'object' ? 'data' : 'src', `${url}${tag}`)
        document.body.append(element)
        setTimeout(() => resolve(false), 300)
      })
    const socket = new Promise<boolean>((resolve) => {
      try {
        const opened = new WebSocket(`${url.replace('http', 'ws')}socket`)
        opened.addEventListener('open', () => resolve(true))
        opened.addEventListener('error', () => resolve(false))
      } catch {
        resolve(false)
      }
    })
    navigator.sendBeacon(`${url}beacon`, 'x')
    return {
      fetch: await fetch(`${url}fetch`).then(
        () => true,
        () => false,
      ),
      socket: await socket,
      elements: await Promise.all((['img', 'script', 'iframe', 'object'] as const).map(loads)),
    }
  }, trap.url(''))

  expect(reached).toEqual({ fetch: false, socket: false, elements: [false, false, false, false] })
  expect(trap.hits).toEqual([])
})

test('the page stays where it is, and opens no window', async ({ mainWindow, trap }) => {
  const { app, page } = mainWindow
  // The page goes to its first screen by itself.
  await page.waitForURL(/#\/sandboxes$/)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const here = page.url()
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = async (url) => void opened.push(url)
  })

  for (const target of [trap.url('navigate'), 'file:///etc/passwd', 'data:text/html,x', 'app://joey/assets/x.svg']) {
    await page.evaluate((url) => {
      location.href = url
    }, target)
    await page.evaluate((url) => {
      const form = document.createElement('form')
      form.action = url
      document.body.append(form)
      form.submit()
      form.remove()
    }, target)
  }
  for (const target of [
    'https://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://127.0.0.1/',
    trap.url('port'),
  ]) {
    expect(await page.evaluate((url) => globalThis.open(url) === null, target)).toBe(true)
  }

  // Asked of the page itself: Playwright's locators wait for ever for a navigation that was denied.
  expect(await page.evaluate(() => location.href)).toBe(here)
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  expect(trap.hits).toEqual([])
  // A published port of a sandbox is the one thing that may be handed to the browser.
  expect(await app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual([trap.url('port')])
})

test('every permission is denied', async ({ mainWindow }) => {
  const answers = await mainWindow.page.evaluate(async () => {
    const failed = (work: () => Promise<unknown>): Promise<boolean> =>
      Promise.resolve()
        .then(work)
        .then(
          () => false,
          () => true,
        )
    return {
      notifications: await Notification.requestPermission(),
      geolocation: await failed(
        () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      ),
      camera: await failed(() => navigator.mediaDevices.getUserMedia({ video: true })),
      microphone: await failed(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      screen: await failed(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
      clipboard: await failed(() => navigator.clipboard.readText()),
    }
  })

  expect(answers).toEqual({
    notifications: 'denied',
    ...{ geolocation: true, camera: true, microphone: true, screen: true, clipboard: true },
  })
})

test('nothing is downloaded', async ({ mainWindow }) => {
  await mainWindow.app.evaluate(({ session }) => {
    const downloads: boolean[] = []
    Object.assign(globalThis, { downloads })
    session.defaultSession.on('will-download', (event) => downloads.push(event.defaultPrevented))
  })

  await mainWindow.page.evaluate(() => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob(['x']))
    link.download = 'x.txt'
    link.click()
  })

  const read = () => mainWindow.app.evaluate(() => (globalThis as unknown as { downloads: boolean[] }).downloads)
  await expect.poll(read).toEqual([true])
})

test('the bridge knows no names but its own, and no malformed request gets anywhere', async ({
  testAgent,
  mainWindow,
}) => {
  const replies = await mainWindow.page.evaluate(async () => {
    const call = (name: unknown, request: unknown): Promise<string> =>
      joey.call(name as string, request).then(
        (reply) => (reply.ok ? 'answered' : reply.error.code),
        () => 'unknown name',
      )
    return {
      end: await call('agent.stop', { sandboxes: 'stop' }),
      made: await call('shell.openExternal', { url: 'https://example.com' }),
      inherited: await call('constructor', {}),
      noText: await call({ toString: () => 'agent.info' }, {}),
      unknownField: await call('sandbox.list', { all: true, extra: 1 }),
      wrongType: await call('sandbox.create', { spec: { image: 7 } }),
      traversal: await call('sandbox.inspect', { ref: '../../agent/stop' }),
      nothing: await call('sandbox.list', undefined),
      clipboard: await call('app.copyText', { text: 'x'.repeat(1_000_001) }),
      stream: await joey.open('sandbox.exec', { ref: 'a' }, 's').then(
        () => 'opened',
        () => 'unknown name',
      ),
      proper: await call('agent.info', {}),
    }
  })

  expect(replies).toEqual({
    ...{ end: 'unknown name', made: 'unknown name', inherited: 'unknown name', noText: 'unknown name' },
    ...{ unknownField: 'invalidRequest', wrongType: 'invalidRequest', traversal: 'invalidRequest' },
    ...{ nothing: 'invalidRequest', clipboard: 'invalidRequest', stream: 'unknown name', proper: 'answered' },
  })
  await testAgent.info()
})

test('a page that breaks the protocol of a stream loses that stream and nothing else', async ({ mainWindow }) => {
  const end = await mainWindow.page.evaluate(async () => {
    const arrived = new Promise<MessagePort>((resolve) => {
      addEventListener('message', ({ data, ports }) => {
        if (data?.channel === 'joey:port' && data.id === 'attack' && ports[0]) resolve(ports[0])
      })
    })
    await joey.open('events', {}, 'attack')
    const port = await arrived
    const closed = new Promise<unknown>((resolve) => {
      port.onmessage = ({ data }) => data.type === 'closed' && resolve(data.error.code)
    })
    port.postMessage({ type: 'text', text: '{"type":"ack"}' })
    return closed
  })

  expect(end).toBe('invalidRequest')
  await expect(mainWindow.shell.agentStatus).toHaveText(/Agent connected/)
})

test('app:// serves the files of the page and nothing beside them', async ({ mainWindow }) => {
  const statuses = await mainWindow.page.evaluate(async () => {
    const paths = [
      'app://joey/index.html',
      'app://joey/../../package.json',
      'app://joey/..%2f..%2fpackage.json',
      'app://joey/%2e%2e/main/index.cjs',
      'app://joey/..%5c..%5cpackage.json',
      'app://joey//etc/passwd',
      'app://joey/index.html%00.js',
    ]
    return Promise.all(
      paths.map((path) =>
        fetch(path).then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    )
  })

  const [ofThePage, ...others] = statuses
  expect(ofThePage).toBe(200)
  expect(others.filter((status) => status !== 404 && status !== 0)).toEqual([])
})
