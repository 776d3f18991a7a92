import type { SecretRuleId } from '#contract/sentences/secrets'
import { type FileRule, fileRules, isExample, isOfPackage, isSecretName, rules, type SecretRule } from './rules.ts'

/** A secret in a text. It itself is not in it. */
export interface TextFinding {
  readonly rule: SecretRuleId
  readonly line: number
  readonly excerpt: string
}

const mostPerFile = 20
/** Looked for in one go: nearly no text has one of them. */
const anyKeyword = new RegExp(
  [...new Set(rules.flatMap(({ keywords }) => keywords))]
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|'),
)

/** Looks through one file. `path` has no slash at the start; both are latin1 or any text. */
export function findInText(path: string, text: string): TextFinding[] {
  const found = new Map<string, TextFinding>()
  const inPackage = isOfPackage(path)
  for (const rule of anyKeyword.test(text) ? rules : []) {
    if (inPackage && !rule.inPackages) continue
    if (rule.keywords.some((word) => text.includes(word))) search(rule, path, text, found)
  }
  if (!inPackage) {
    for (const rule of fileRules) if (rule.path.test(path)) search(rule, path, text, found)
  }
  return [...found.values()].sort((one, other) => one.line - other.line)
}

/** The same for a variable of the environment. */
export function findInVariable(name: string, value: string): TextFinding | null {
  const [known] = findInText(name, value)
  if (known) return known
  if (!isSecretName(name) || value.length < 6 || isExample(name, value)) return null
  return { rule: 'environment', line: 1, excerpt: mask(value) }
}

function search(rule: SecretRule | FileRule, path: string, text: string, found: Map<string, TextFinding>): void {
  for (const match of text.matchAll(rule.pattern)) {
    if (found.size >= mostPerFile) return
    // Two groups are a name and its value.
    const [, first = '', second] = match
    const secret = (second ?? first).trim()
    if (second !== undefined && !isSecretName(first)) continue
    if (second !== undefined && secret.length < 6) continue
    if (isExample(path, secret) || entropyOf(secret) < (rule.entropy ?? 0)) continue
    if (rule.id === 'assignment' && !(/[0-9]/.test(secret) && /[A-Za-z]/.test(secret))) continue
    const line = lineOf(text, match.index + match[0].indexOf(second ?? first))
    const known = found.get(`${line}`)
    // A known format says more than the name of a variable.
    if (known === undefined) found.set(`${line}`, { rule: rule.id, line, excerpt: mask(secret) })
  }
}

function lineOf(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

/** First and last characters, as many as give nothing away. */
export function mask(secret: string): string {
  const pem = /^-----BEGIN ([A-Z0-9 ]+)-----/.exec(secret)?.[1]
  if (pem !== undefined) return `-----BEGIN ${pem}----- ****`
  const shown = secret.length >= 20 ? 4 : secret.length >= 12 ? 2 : 1
  const tail = secret.length >= 12 ? 2 : 0
  const clean = (part: string) => part.replace(/[^\x21-\x7e]/g, '?')
  return `${clean(secret.slice(0, shown))}********${tail === 0 ? '' : clean(secret.slice(-tail))}`
}

/** Shannon's, in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
