import { usageError } from '../command/usage-error.ts'
import { parseSize } from './size.ts'

/** A whole number, which may be negative; whether it fits, the contract says. */
export function parseNumber(option: string, text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  throw usageError('usage-whole-number', { option, text })
}

/** Reads `/dev/sda:1mb` into the contract's form. */
export function parseRate(option: string): (text: string) => string {
  return (text) => {
    const at = text.lastIndexOf(':')
    return `${text.slice(0, Math.max(0, at))}:${parseSize(option, text.slice(at + 1))}`
  }
}
