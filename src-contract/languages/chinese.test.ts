import { expect, test } from 'vitest'
import { appError } from '../app-error.ts'
import { say } from '../language.ts'
import type { SentenceEntry } from '../reasons/define.ts'
import { reasons } from '../reasons/index.ts'
import { type Part, parseTemplate } from '../reasons/template.ts'
import { sentence } from '../sentence.ts'
import { sentences } from '../sentences/index.ts'
import { chinese } from './zh/index.ts'

const entries: Readonly<Record<string, SentenceEntry>> = { ...reasons, ...sentences }
const texts = Object.entries(chinese.reasons).flatMap(([reason, said]) =>
  (typeof said === 'object' ? [said.sentence, said.why] : [said]).map((template) => ({ reason, template })),
)

test('sentences follow each other without a space', () => {
  const problems = [sentence('machine-had-no-mounts'), sentence('machine-had-other-grants')]
  const { wire } = appError('class-change-not-possible', { name: 'web', class: 'gvisor', problems })

  expect(say(wire, chinese)).toBe('无法把“web”改为级别“gvisor”。它当时没有挂载。它当时的授权不同。')
})

test('the state of a sandbox is said in Chinese', () => {
  expect(say(appError('sandbox-runs', { name: 'web', state: 'paused' }).wire, chinese)).toMatch(/^“web”已暂停。/)
})

test('Chinese and Latin words have a space between them', () => {
  const wrong = texts.flatMap(({ reason, template }) =>
    plain(parseTemplate(template), reason)
      .filter((text) => /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u.test(text))
      .map((text) => `${reason}: ${text}`),
  )
  expect(wrong).toEqual([])
})

test('punctuation between Chinese words is Chinese', () => {
  const wrong = texts.filter(({ template }) =>
    /\p{Script=Han}[,;:!?()]|\p{Script=Han}\.(?!\p{Script=Han}|\.|\w)/u.test(template),
  )
  expect(wrong).toEqual([])
})

/** The text of a template as it stands, a word in it as a letter; branches, and what stands around a sentence, by themselves. */
function plain(parts: readonly Part[], reason: string): string[] {
  const branches = parts.flatMap((part) =>
    typeof part === 'object' && part.choice
      ? [...part.choice.branches.values()].flatMap((branch) => plain(branch, reason))
      : [],
  )
  const around = parts.map((part) => {
    if (typeof part === 'string') return part
    return part.choice || String(entries[reason]?.params?.[part.name]).startsWith('sentence') ? '\n' : 'x'
  })
  return [...branches, ...around.join('').split('\n')]
}
