import { usageError } from '../command/usage-error.ts'

/** Reads `nofile=1024:2048` into the contract's form; one number alone is both, and `unlimited` is -1. */
export function parseUlimit(text: string): string {
  const [, name, soft, hard = soft] = /^([a-z]+)=([^:]+)(?::([^:]+))?$/.exec(text) ?? []
  if (soft === undefined || hard === undefined) throw usageError('usage-ulimit', { text })
  return `${name}=${valueOf(text, soft)}:${valueOf(text, hard)}`
}

function valueOf(whole: string, text: string): string {
  if (text === 'unlimited') return '-1'
  if (/^(-1|\d{1,15})$/.test(text)) return text
  throw usageError('usage-ulimit', { text: whole })
}
