import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { connectQmp } from './qmp-client.ts'

describe('the control socket of QEMU', () => {
  let folder: string
  let server: Server | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'joey-qmp-'))
  })
  afterEach(() => {
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Answers each command with what `answer` makes of it; null hangs up. */
  const serve = async (answer: (command: string) => string | null): Promise<string> => {
    const path = join(folder, 'q')
    server = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('{"QMP": {"version": {}}}\r\n')
      socket.on('data', (chunk) => {
        for (const line of String(chunk).split('\n').filter(Boolean)) {
          const { execute } = z.object({ execute: z.string() }).parse(JSON.parse(line))
          const reply = execute === 'qmp_capabilities' ? '{"return": {}}\n' : answer(execute)
          if (reply === null) socket.destroy()
          else socket.write(reply)
        }
      })
    })
    await new Promise<void>((resolve) => server?.listen(path, resolve))
    return path
  }

  test('answers in order, with events between', async () => {
    const path = await serve((command) => `{"event": "STOP"}\r\n{"return": "${command}"}\r\n`)
    const qmp = await connectQmp(path)
    expect(await Promise.all(['one', 'two'].map((name) => qmp.execute(name, z.string())))).toEqual(['one', 'two'])
    qmp.close()
  })

  test('refuses in its own words', async () => {
    const qmp = await connectQmp(await serve(() => '{"error": {"class": "GenericError", "desc": "no such device"}}\n'))
    await expect(qmp.execute('x', z.unknown())).rejects.toMatchObject({
      wire: { reason: 'qemu-refused', detail: 'no such device' },
    })
    qmp.close()
  })

  test.each([
    ['hangs up', null],
    ['says nonsense', 'nonsense\n'],
    ['says something endless', 'x'.repeat(2 * 1024 * 1024)],
  ])('is gone when it %s', async (_what, reply) => {
    const qmp = await connectQmp(await serve(() => reply))
    await expect(qmp.execute('x', z.unknown())).rejects.toMatchObject({ wire: { reason: 'qemu-gone' } })
    await expect(qmp.execute('x', z.unknown())).rejects.toMatchObject({ wire: { reason: 'qemu-gone' } })
  })

  test('answers of another form than expected are refused', async () => {
    const qmp = await connectQmp(await serve(() => '{"return": 7}\n'))
    await expect(qmp.execute('x', z.string())).rejects.toMatchObject({ wire: { reason: 'qemu-refused' } })
    qmp.close()
  })

  test('that is not there is reported', async () => {
    await expect(connectQmp(join(folder, 'absent'))).rejects.toMatchObject({ wire: { reason: 'qemu-gone' } })
  })
})
