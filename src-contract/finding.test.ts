import { expect, test } from 'vitest'
import { Finding } from './agent.ts'
import { appError } from './app-error.ts'
import { finding, sayFinding, titleOf } from './finding.ts'
import { commandRemedy } from './remedy.ts'
import { sentence } from './sentence.ts'
import { pseudoLanguage } from './testing/pseudo-language.ts'

const remedy = commandRemedy('apt-get install crun', sentence('remedy-installs', { program: 'crun' }))

test('title, detail and remedy of a finding are said in the language, its command is not', () => {
  const found = finding({
    id: 'runtime',
    level: 'problem',
    title: sentence('runtime-lacking'),
    detail: sentence('runtime-lacking-detail'),
    remedy,
  })

  expect(Finding.parse(found)).toStrictEqual(found)
  expect(sayFinding(found, null)).toStrictEqual(found)
  expect(sayFinding(found, pseudoLanguage)).toMatchObject({
    title: '[runtime-lacking: No container runtime is installed]',
    detail: '[runtime-lacking-detail: Sandboxes of the class "container" need crun or runc.]',
    remedy: { command: 'apt-get install crun', why: '[remedy-installs: Installs crun.]' },
  })
})

test('a failure is a title too, and the words of a program stay as they are', () => {
  const { wire } = appError('program-missing', { program: 'umoci', what: 'tool' })
  const found = finding({ id: 'images', level: 'problem', title: wire, detail: 'umoci: no such file' })

  expect(found).toMatchObject({ title: wire.message, detail: 'umoci: no such file', remedy: null })
  expect(sayFinding(found, pseudoLanguage)).toMatchObject({
    title: `[program-missing: ${wire.message}]`,
    detail: 'umoci: no such file',
  })
})

test('a finding of an agent that gives no wording is shown as it came', () => {
  const older = { id: 'kvm', level: 'ok', title: 'No KVM', detail: null, remedy: null } as const

  expect(sayFinding(older, pseudoLanguage)).toStrictEqual(older)
  expect(sentence('class-obstacle', { obstacle: titleOf(older) }).message).toBe('No KVM.')
})
