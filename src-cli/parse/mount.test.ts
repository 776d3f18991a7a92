import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseLongMount } from './long-mount.ts'
import { checkMountSource, parseMount } from './mount.ts'

const surroundings = { cwd: '/home/me/here', home: '/home/me' }

test.each([
  ['/data:/data', '/data', '/data', false],
  ['/data:/data:ro', '/data', '/data', true],
  ['/data:/data:rw', '/data', '/data', false],
  ['./site:/www', '/home/me/here/site', '/www', false],
  ['..:/up', '/home/me', '/up', false],
  ['./site:/www:rprivate', '/home/me/here/site', '/www', false],
  ['~:/home', '/home/me', '/home', false],
  ['~/x y:/x:ro', '/home/me/x y', '/x', true],
  ['/co:lon:/x', '/co:lon', '/x', false],
  ['./a:b:c:/x:ro', '/home/me/here/a:b:c', '/x', true],
  ['/a:/b:/c', '/a:/b', '/c', false],
])('%s mounts %s on %s', (text, source, target, readOnly) => {
  expect(parseMount(text, surroundings)).toEqual({ field: 'mounts', value: { source, target, readOnly } })
})

test.each([
  ['data', /SOURCE:TARGET/],
  [':/data', /SOURCE:TARGET/],
  ['/a:', /SOURCE:TARGET/],
  ['/a:/b:rx', /ro or rw/],
  ['/a:/b:rw,ro', /either ro or rw/],
  ['/a:/b:ro,recursive,rw', /either ro or rw/],
  ['/a:/b:ro:z', /SOURCE:TARGET/],
  ['/a:b', /start with a slash/],
  ['site:/b:recursive', /ro or rw, and nocopy/],
  ['/a:/b:rshared', /never shows on the other, so "rshared"/],
  ['site:/b:slave', /never shows on the other/],
])('%j is refused', (text, reason) => {
  expect(() => parseMount(text, surroundings)).toThrow(reason)
})

test('what is mounted below comes along where that is said', () => {
  const given = { source: '/data', target: '/data', recursive: true }
  expect(parseMount('/data:/data:recursive', surroundings).value).toEqual({ ...given, readOnly: false })
  expect(parseMount('/data:/data:ro,recursive', surroundings).value).toEqual({ ...given, readOnly: true })
})

test('nobody inside is told of changes where that is said', () => {
  const given = { source: '/data', target: '/data', readOnly: false, watch: false }
  expect(parseMount('/data:/data:nowatch', surroundings).value).toEqual(given)
  expect(parseLongMount('source=/data,target=/data,nowatch', surroundings).value).toEqual(given)
})

test.each([
  ['data:/srv', { volume: 'data', target: '/srv', readOnly: false }],
  ['my.data-1:/srv:ro,nocopy', { volume: 'my.data-1', target: '/srv', readOnly: true, copy: false }],
  ['/srv', { volume: null, target: '/srv', readOnly: false }],
])('%s is a volume', (text, value) => {
  expect(parseMount(text, surroundings)).toEqual({ field: 'volumes', value })
})

test('the home folder is needed only where "~" is used', () => {
  expect(() => parseMount('~/x:/x', { cwd: '/', home: undefined })).toThrow(/HOME is not set/)
})

test('a source must exist and be a folder or a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'joey-mount-'))
  try {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const request = (source: string) => ({ source, target: '/x', readOnly: false })
    expect(() => checkMountSource(request(folder))).not.toThrow()
    expect(() => checkMountSource(request(file))).not.toThrow()
    expect(() => checkMountSource(request(join(folder, 'none')))).toThrow(/does not exist/)
    expect(() => checkMountSource(request('/dev/null'))).toThrow(/neither a folder nor a file/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
