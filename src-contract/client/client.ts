import type * as z from 'zod'
import { AppError, appError } from '../app-error.ts'
import { pathFields } from '../operation.ts'
import type { Operations } from '../registry.ts'
import type { WireError } from '../wire-texts.ts'
import { readForm } from './answer-form.ts'
import { type CallForm, callForms, failureForm, forms } from './answer-forms.ts'
import { exchangeOnce } from './one-exchange.ts'
import { type CallOptions, sendRequest } from './send-request.ts'
import { type Address, linkError } from './transport.ts'

/** One function per operation of the registry: `client.createSandbox({...})`. */
export type Client = {
  readonly [K in keyof Operations]: (
    request: z.input<Operations[K]['request']>,
    options?: CallOptions,
  ) => Promise<z.output<Operations[K]['response']>>
}

/**
 * The typed client that the command line and tests use. Throws AppError only. It builds no schema: requests are checked
 * by the compiler and by the agent, answers are read by their form.
 */
export function createClient(address: Address): Client {
  const bind =
    (form: CallForm) =>
    async (request: Readonly<Record<string, unknown>>, options: CallOptions = {}) => {
      checkPath(form, request)
      const { status, text } = await sendRequest((given) => exchangeOnce(address, given), form, request, options)
      return readAnswer(form, status, text)
    }
  return Object.fromEntries(Object.entries(callForms).map(([key, form]) => [key, bind(form)])) as unknown as Client
}

/** A name that is empty would lead to another place. */
function checkPath({ path }: CallForm, request: Readonly<Record<string, unknown>>): void {
  const where = pathFields(path).find((field) => request[field] === '')
  if (where !== undefined) throw appError('request-not-valid', { what: 'own', where, problem: 'It is empty.' })
}

function readAnswer({ answer }: CallForm, status: number, text: string): unknown {
  const body = parseJson(text)
  if (status >= 200 && status < 300) return readForm(forms, answer, body)
  throw new AppError(readFailure(body, status, text))
}

function readFailure(body: unknown, status: number, text: string): WireError {
  try {
    return readForm(forms, failureForm, body) as WireError
  } catch {
    throw appError('answer-not-valid', { what: 'status', status }, { detail: text.slice(0, 2000) })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw linkError(error)
  }
}
