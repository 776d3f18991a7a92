/** What stands in the place of something that was taken out. */
export const takenOut = '[taken out]'

/** Names of options, variables and fields whose values nobody else should see. */
const secretName =
  /(pass(word|wd|phrase|code)?|pwd|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|signing[-_.]?key|encryption[-_.]?key|credential|auth|cookie|session[-_.]?id|bearer|dsn|connection[-_.]?string)s?$/i
const secretStart = /^(pass(word|wd|phrase)?|secret|token|api[-_.]?key|private[-_.]?key|credentials?|auth)([-_.]|$)/i

/** Whether what has this name is likely to be secret: `--db-password`, `API_KEY`, `registryToken`. */
export function isSecretName(name: string): boolean {
  const bare = name.replace(/^-+/, '')
  const parted = bare.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
  return secretName.test(bare) || secretName.test(parted) || secretStart.test(parted)
}

/** Forms that give a secret away by themselves, in any text. */
const known: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}\b/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(sk|rk|pk)[-_](live[-_]|test[-_]|ant-|proj-)?[A-Za-z0-9_-]{16,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(npm|dckr_pat|hf|pypi)[_-][A-Za-z0-9_-]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)?/g,
  /\bAGE-SECRET-KEY-[A-Z0-9]+/g,
]

/** Forms in which a name or a place says that what follows is secret: the first group stays. */
const introduced: readonly RegExp[] = [
  /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/gi,
  /(\b(?:Bearer|Basic)\s+)[A-Za-z0-9+/_=.~-]{6,}/gi,
  /((?:^|[\s"'&?{,])-{0,2}["']?([A-Za-z][\w.-]*)["']?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',&}]+)/g,
  /((?:^|[\s"'])--?([A-Za-z][\w.-]*)(?:\s+|",\s*"|\0))("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',\0]+)/g,
]

/** The text without what gives itself away as a secret. */
export function redactText(text: string, onTaken: () => void = () => undefined): string {
  const mark = (kept: string): string => {
    onTaken()
    return `${kept}${takenOut}`
  }
  let redacted = text
  for (const form of known) redacted = redacted.replace(form, () => mark(''))
  const [address, scheme, assigned, option] = introduced as readonly [RegExp, RegExp, RegExp, RegExp]
  redacted = redacted.replace(address, (_all, kept: string) => mark(kept))
  redacted = redacted.replace(scheme, (_all, kept: string) => mark(kept))
  for (const form of [assigned, option]) {
    redacted = redacted.replace(form, (all: string, kept: string, name: string, value: string) =>
      isSecretName(name) && !value.includes(takenOut) && !/^(true|false|null|\d{1,3})$/.test(value) ? mark(kept) : all,
    )
  }
  return redacted
}

/**
 * Whether a word of a command line looks made by chance: long, of letters of both cases and digits, or of hexadecimal digits
 * alone. Digests of images, which say what they are, and paths do not.
 */
export function looksRandom(word: string): boolean {
  if (word.includes('/') && !/^[A-Za-z0-9+/]{24,}={0,2}$/.test(word)) return false
  if (/sha(256|512)[:-]/.test(word)) return false
  if (/^[a-f0-9]{32,}$/i.test(word)) return true
  return /^[A-Za-z0-9+/_=.~-]{20,}$/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word)
}
