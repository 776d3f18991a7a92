import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createWrittenBytes } from './written-bytes.ts'

const root = mkdtempSync(join(tmpdir(), 'joey-written-'))
afterAll(() => rmSync(root, { recursive: true }))

function put(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
const io = (pid: number, bytes: number) =>
  put(`proc/${pid}/io`, `rchar: 9\nwchar: 9\nread_bytes: 9\nwrite_bytes: ${bytes}\ncancelled_write_bytes: 9\n`)
const places = { cgroups: join(root, 'cgroups'), processes: join(root, 'proc') }
const one = [{ id: 'one', cgroup: 'joey/one' }]

test.each([
  ['1', 'pids/joey/one/cgroup.procs', null],
  ['2', 'joey/one/cgroup.procs', 'cgroup.controllers'],
])(
  'what the processes of a sandbox write is counted from the first look on, in version %s',
  (_version, procs, mark) => {
    rmSync(places.cgroups, { recursive: true, force: true })
    if (mark) put(join('cgroups', mark), 'cpu io')
    const counters = createWrittenBytes(places)
    put(join('cgroups', procs), '7\n8\n0\n')
    io(7, 1000)
    io(8, 50)
    expect(counters.read(one).get('one')).toBe(0)
    io(7, 1500)
    expect(counters.read(one).get('one')).toBe(500)
    // One has ended, and another writes.
    put(join('cgroups', procs), '8\n9\n')
    io(9, 100)
    expect(counters.read(one).get('one')).toBe(500)
    io(9, 400)
    expect(counters.read(one).get('one')).toBe(800)
  },
)

test('what one that came up later has written counts from its beginning, and what was forgotten from the next reading', () => {
  const counters = createWrittenBytes(places)
  counters.read([])
  io(8, 70)
  put('cgroups/joey/one/cgroup.procs', '8\n')
  expect(counters.read(one).get('one')).toBe(70)
  counters.forget()
  expect(counters.read(one).get('one')).toBe(0)
})

test('a sandbox that is gone has written nothing more', () => {
  expect(createWrittenBytes(places).read([{ id: 'gone', cgroup: 'joey/gone' }])).toEqual(new Map([['gone', 0]]))
})
