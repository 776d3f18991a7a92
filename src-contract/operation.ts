import type * as z from 'zod'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** A field in the path is `:name` and must be a string field of the request. */
export interface OperationDeclaration<Req extends z.ZodObject, Res extends z.ZodType> {
  /** `noun.verb`; the renderer's channel and the OpenAPI operationId. The typed client's method is its key in registry.ts. */
  readonly name: string
  readonly method: Method
  readonly path: `/v1/${string}`
  readonly summary: string
  /**
   * One strict object: path fields, and beyond them the query (GET, DELETE) or the JSON body (POST, PATCH).
   * Unknown fields are refused by every receiver.
   */
  readonly request: Req
  readonly response: Res
}

/** One request and its one answer. From this one declaration come the route, the typed client and OpenAPI. */
export interface Operation<Req extends z.ZodObject = z.ZodObject, Res extends z.ZodType = z.ZodType>
  extends OperationDeclaration<Req, Res> {
  readonly kind: 'operation'
}

export function operation<Req extends z.ZodObject, Res extends z.ZodType>(
  declaration: OperationDeclaration<Req, Res>,
): Operation<Req, Res> {
  return { kind: 'operation', ...declaration }
}

/**
 * A WebSocket. Text frames are JSON control messages, parsed with these schemas by the receiver;
 * binary frames are bytes of the guest, which nobody between client and agent interprets.
 */
export interface StreamDeclaration<Req extends z.ZodObject, Up extends z.ZodType, Down extends z.ZodType> {
  readonly name: string
  readonly path: `/v1/${string}`
  readonly summary: string
  /** Path fields and query. */
  readonly request: Req
  /** Control messages from the client. */
  readonly up: Up
  /** Control messages from the agent. */
  readonly down: Down
}

export interface Stream<
  Req extends z.ZodObject = z.ZodObject,
  Up extends z.ZodType = z.ZodType,
  Down extends z.ZodType = z.ZodType,
> extends StreamDeclaration<Req, Up, Down> {
  readonly kind: 'stream'
}

export function stream<Req extends z.ZodObject, Up extends z.ZodType, Down extends z.ZodType>(
  declaration: StreamDeclaration<Req, Up, Down>,
): Stream<Req, Up, Down> {
  return { kind: 'stream', ...declaration }
}

/** The field names in a path template: `/v1/sandboxes/:id/stop` has `id`. */
export function pathFields(path: string): string[] {
  return [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] ?? '')
}

/**
 * Splits a request into the filled path and the rest, which goes into query or body.
 * The request must have been parsed with the operation's schema.
 */
export function fillPath(
  path: string,
  request: Readonly<Record<string, unknown>>,
): { path: string; rest: Record<string, unknown> } {
  const rest: Record<string, unknown> = { ...request }
  const filled = path.replace(/:([A-Za-z]+)/g, (_match, field: string) => {
    const value = rest[field]
    delete rest[field]
    return encodeURIComponent(String(value))
  })
  return { path: filled, rest }
}

/** Encodes the rest of a request as a query string; arrays and objects as JSON, `undefined` left out. */
export function toQuery(rest: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = []
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue
    pairs.push(`${key}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`)
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** The reverse of {@link toQuery}: a value stays text where the schema takes text, else it is read as JSON. */
export function fromQuery(schema: z.ZodObject, query: Iterable<readonly [string, string]>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, text] of query) {
    const field = schema.shape[key] as z.ZodType | undefined
    result[key] = field && !field.safeParse(text).success ? parseJson(text) : text
  }
  return result
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
