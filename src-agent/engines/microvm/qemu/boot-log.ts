import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { withQmp } from './qmp-client.ts'

const most = 65_536

/** Where the kernel's words are kept; QEMU holds the latest of them only while the machine runs. */
export function bootLogFile(folder: string): string {
  return join(folder, 'boot.log')
}

/** Takes from QEMU what the kernel has said since the last time, and keeps it with what is kept already. */
export async function collectBootLog(monitor: string, folder: string): Promise<void> {
  const fresh = await takeWords(monitor)
  if (fresh === '') return
  await keep(folder, (await readBootLog(folder)) + cleanText(fresh))
}

function takeWords(monitor: string): Promise<string> {
  const read = { device: 'console', size: most, format: 'utf8' }
  return withQmp(monitor, (qmp) => qmp.execute('ringbuf-read', z.string(), read))
}

/** A new run has a new log. One that starts from a template begins with what the kernel said when that was made. */
export async function beginBootLog(folder: string, state: string | null): Promise<void> {
  await keep(folder, state === null ? '' : await readFile(templateLog(state), 'utf8').catch(() => ''))
}

/** Where the words of a template's kernel are kept, beside its state. */
export function templateLog(state: string): string {
  return `${state}.log`
}

/** Takes the kernel's words from a machine that becomes a template. */
export async function saveTemplateLog(monitor: string, state: string): Promise<void> {
  await writeFile(templateLog(state), cleanText(await takeWords(monitor)), { mode: 0o600 })
}

export async function readBootLog(folder: string): Promise<string> {
  return readFile(bootLogFile(folder), 'utf8').catch(() => '')
}

async function keep(folder: string, text: string): Promise<void> {
  const path = bootLogFile(folder)
  await writeFile(`${path}.new`, latest(text), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

function latest(text: string): string {
  const bytes = Buffer.from(text)
  return bytes.length <= most ? text : bytes.subarray(-most).toString('utf8').replace(/^�+/, '')
}

/** The guest writes what it likes: no character that a terminal or a page would act on stays. */
export function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return text
    .replace(/\r\n/g, '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
}

/** `6.12.0` from a kernel's first line, where it has one. */
export function kernelFrom(text: string): string | null {
  return /Linux version (\S{1,64})/.exec(text)?.[1] ?? null
}
