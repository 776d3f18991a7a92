interface Rule {
  readonly pattern: RegExp
  readonly takesBack: boolean
  readonly text: string
}

/** What a `.dockerignore` leaves out of a context. Paths are relative, with slashes. */
export interface IgnoreRules {
  isIgnored(path: string): boolean
  /** Whether nothing below an ignored folder can be taken back, so that it need not be read. */
  isClosed(folder: string): boolean
}

/** Reads the lines as Docker does: the last that matches a path, or a folder above it, decides; `!` takes back. */
export function readIgnoreRules(text: string): IgnoreRules {
  const rules = text.split(/\r?\n/).flatMap(readRule)
  const isIgnored = (path: string): boolean => {
    const parts = path.split('/')
    const paths = parts.map((_part, at) => parts.slice(0, at + 1).join('/'))
    let ignored = false
    for (const { pattern, takesBack } of rules) if (paths.some((each) => pattern.test(each))) ignored = !takesBack
    return ignored
  }
  return {
    isIgnored,
    isClosed: (folder) =>
      isIgnored(folder) && !rules.some(({ takesBack, text: own }) => takesBack && mayReach(own, folder)),
  }
}

function readRule(line: string): Rule[] {
  const trimmed = line.trim()
  if (trimmed === '' || line.startsWith('#')) return []
  const takesBack = trimmed.startsWith('!')
  const parts = (takesBack ? trimmed.slice(1).trim() : trimmed).split('/').filter((part) => part !== '' && part !== '.')
  const clean: string[] = []
  for (const part of parts) {
    if (part === '..') clean.pop()
    else clean.push(part)
  }
  if (clean.length === 0) return []
  const text = clean.join('/')
  return [{ pattern: new RegExp(`^${toExpression(text)}$`, 's'), takesBack, text }]
}

/** A pattern with a jump may lead anywhere. */
function mayReach(pattern: string, folder: string): boolean {
  if (pattern.startsWith('**')) return true
  const [own, other] = [pattern.split('/'), folder.split('/')]
  return own.slice(0, other.length).every((part, at) => {
    if (own.slice(0, at + 1).includes('**')) return true
    return new RegExp(`^${toExpression(part)}$`, 's').test(other[at] ?? '')
  })
}

/** As Go's `filepath.Match` has it, and `**` for any number of folders. */
function toExpression(pattern: string): string {
  let expression = ''
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at)
    const range = /^\[\^?(?:\\.|[^\]\\])+\]/.exec(rest)?.[0]
    if (rest.startsWith('**/')) {
      expression += '(?:.*/)?'
      at += 2
    } else if (rest.startsWith('**')) {
      expression += '.*'
      at += 1
    } else if (rest.startsWith('*')) expression += '[^/]*'
    else if (rest.startsWith('?')) expression += '[^/]'
    else if (range !== undefined) {
      expression += range
      at += range.length - 1
    } else if (rest.startsWith('\\') && rest.length > 1) {
      expression += escaped(rest[1] ?? '')
      at += 1
    } else expression += escaped(rest[0] ?? '')
  }
  return expression
}

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
