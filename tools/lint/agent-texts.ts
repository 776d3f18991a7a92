/** What the rule looks at of a literal and of a template: its text, with an X for each value. */
interface TextNode {
  readonly value?: unknown
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[]
}

/** What is called or made: `name(…)` or `object.property(…)`. */
interface Callee {
  readonly name?: string
  readonly property?: { readonly name?: string }
}

const message =
  'text-from-table: what a person reads is made by sentence() from src-contract/sentences, or by appError() from ' +
  'src-contract/reasons, so that it can be said in every language. Add the sentence there.'

/** Says what the interface is to those who program against it, in the language that its names are in. */
const forProgrammers = 'src-agent/api/openapi.ts'

/** Begins with a capital or a name, has a few words, and ends as a sentence does. */
const isSentence = (text: string): boolean =>
  /^["“]?[A-Z][^\n]* [^\n]*[.!?]$/.test(text) && /[a-z]{2,} .*[a-z]{2,}/.test(text)

/** What goes into the log with an exception, for developers. */
const isException = ({ name }: Callee): boolean => /(Error|Violation|MalformedElf)$/.test(name ?? '')

/** SQL, where a question mark stands for a value. */
const isStatement = ({ property }: Callee): boolean => property?.name === 'prepare'

/**
 * Sentences in the agent's code. Those of an exception that reaches nobody but the log stay as they are, and so do lines of the
 * log and details of a failure, which begin small and have no full stop.
 */
export function checkAgentTexts(file: string, report: (node: unknown, message: string) => void) {
  if (!file.startsWith('src-agent/') || /\.test\.ts$|\/testing\//.test(file) || file === forProgrammers) return {}
  let inside = 0
  const check = (node: unknown, text: string): void => {
    if (inside === 0 && isSentence(text)) report(node, message)
  }
  return {
    NewExpression({ callee }: { callee: Callee }): void {
      if (isException(callee)) inside += 1
    },
    'NewExpression:exit'({ callee }: { callee: Callee }): void {
      if (isException(callee)) inside -= 1
    },
    CallExpression({ callee }: { callee: Callee }): void {
      if (isStatement(callee)) inside += 1
    },
    'CallExpression:exit'({ callee }: { callee: Callee }): void {
      if (isStatement(callee)) inside -= 1
    },
    Literal(node: TextNode): void {
      if (typeof node.value === 'string') check(node, node.value)
    },
    TemplateLiteral(node: TextNode): void {
      check(node, (node.quasis ?? []).map(({ value }) => value.cooked ?? '').join('X'))
    },
  }
}
