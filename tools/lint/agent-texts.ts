import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How many sentences of its own each file had when the rule came. Numbers may only fall, and entries go. */
const listFile = 'tools/lint/agent-texts.json'
const listed = JSON.parse(readFileSync(join(import.meta.dirname, 'agent-texts.json'), 'utf8')) as Record<string, number>

/** What the rule looks at of a literal and of a template: its text, with an X for each value. */
interface TextNode {
  readonly value?: unknown
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[]
}

const message =
  'text-from-table: what a person reads is made by sentence() from src-contract/sentences, or by appError() from ' +
  'src-contract/reasons, so that it can be said in every language. Add the sentence there.'

/** Begins with a capital or a name, has a few words, and ends as a sentence does. */
const isSentence = (text: string): boolean =>
  /^["“]?[A-Z][^\n]* [^\n]*[.!?]$/.test(text) && /[a-z]{2,} .*[a-z]{2,}/.test(text)

/** What goes into the log with an exception, for developers. */
const isForDevelopers = (name: string | undefined): boolean => /(Error|Violation|MalformedElf)$/.test(name ?? '')

/**
 * Sentences in the agent's code. Those of an exception that reaches nobody but the log stay as they are, and lines of the log
 * itself, which begin small and have no full stop.
 */
export function checkAgentTexts(file: string, report: (node: unknown, message: string) => void) {
  if (!file.startsWith('src-agent/') || /\.test\.ts$|\/testing\//.test(file)) return {}
  const allowed = listed[file] ?? 0
  let inError = 0
  let found = 0
  const check = (node: unknown, text: string): void => {
    if (inError > 0 || !isSentence(text)) return
    found += 1
    if (found > allowed) report(node, message)
  }
  return {
    'Program:exit'(node: unknown): void {
      if (found < allowed)
        report(node, `text-from-table: write ${found} in place of ${allowed} in ${listFile}, or take it out.`)
    },
    NewExpression({ callee }: { callee: { readonly name?: string } }): void {
      if (isForDevelopers(callee.name)) inError += 1
    },
    'NewExpression:exit'({ callee }: { callee: { readonly name?: string } }): void {
      if (isForDevelopers(callee.name)) inError -= 1
    },
    Literal(node: TextNode): void {
      if (typeof node.value === 'string') check(node, node.value)
    },
    TemplateLiteral(node: TextNode): void {
      check(node, (node.quasis ?? []).map(({ value }) => value.cooked ?? '').join('X'))
    },
  }
}
