import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { giveUpProtection, oomScores, protectAgent, protectFromOom, readOomScore } from './oom-score.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joey-oom-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function have(pid: string, score: number): () => string {
  mkdirSync(join(root, pid))
  writeFileSync(join(root, pid, 'oom_score_adj'), `${score}\n`)
  return () => readFileSync(join(root, pid, 'oom_score_adj'), 'utf8').trim()
}

test('the agent is protected, and what it starts is not', () => {
  const agent = have('self', 0)
  const child = have('7', -500)
  const guest = have('8', 500)
  protectAgent(root)
  giveUpProtection(7, root)
  giveUpProtection(8, root)
  expect(agent()).toBe('-500')
  expect(child()).toBe('0')
  expect(guest()).toBe('500')
})

test('nobody is made to die earlier than before', () => {
  const monitor = have('9', -1000)
  protectFromOom(9, oomScores.monitor, root)
  expect(monitor()).toBe('-1000')
})

test('a process that is gone is no failure', () => {
  protectFromOom(4, oomScores.monitor, root)
  giveUpProtection(4, root)
  expect(readOomScore(4, root)).toBeNull()
})
