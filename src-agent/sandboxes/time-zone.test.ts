import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requireTimeZone, ruleOf, zoneInside } from './time-zone.ts'

test.each(['Europe/Berlin', 'UTC', 'local', 'Asia/Kolkata'])('%s is a time zone', (zone) => {
  expect(() => requireTimeZone(zone)).not.toThrow()
})

test.each(['Europe/Atlantis', 'europe/berlin', 'Mars'])('%s is none', (zone) => {
  expect(() => requireTimeZone(zone)).toThrow(`There is no time zone "${zone}"`)
})

test('the rule of a zone is the last line of its file', () => {
  const file = Buffer.from('TZif2\0\0\0table\0\nCET-1CEST,M3.5.0,M10.5.0/3\n', 'latin1')
  expect(ruleOf(file)).toBe('CET-1CEST,M3.5.0,M10.5.0/3')
  expect(ruleOf(Buffer.from('TZif2\0\0\0table\0\n\n', 'latin1'))).toBeNull()
  expect(ruleOf(Buffer.from('#!/bin/sh\nCET-1\n'))).toBeNull()
})

test('inside it is the name where the image has the zone, else a rule that needs no files', async () => {
  const tree = mkdtempSync(join(tmpdir(), 'joey-zone-'))
  mkdirSync(join(tree, 'usr/share/zoneinfo/Etc'), { recursive: true })
  writeFileSync(join(tree, 'usr/share/zoneinfo/Etc/UTC'), 'TZif2')
  expect(await zoneInside([tree], { timeZone: 'Etc/UTC' })).toBe('Etc/UTC')
  expect(await zoneInside([], { timeZone: 'Etc/UTC' })).toBe('UTC0')
  expect(await zoneInside([tree], { timeZone: null })).toBeNull()
  rmSync(tree, { recursive: true })
})
