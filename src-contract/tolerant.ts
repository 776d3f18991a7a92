import * as z from 'zod'

/*
 * Requests are parsed strictly by whoever receives them: a field that is not known is refused, because what it asks for
 * would not be done. Answers and events are parsed tolerantly by clients, through this file and no other: an agent of a
 * later version may send more than this version knows.
 */

/** What a client takes in place of a value that it does not know. */
const fallbacks = new WeakMap<z.ZodType, unknown>()
const tolerantForms = new WeakMap<z.ZodType, z.ZodType>()

/**
 * Marks a schema that may come to allow more: a client of this version takes `fallback` for what it does not know.
 * Whoever parses strictly is not affected.
 */
export function mayGrow<S extends z.ZodType>(schema: S, fallback: z.output<S>): S {
  fallbacks.set(schema, fallback)
  return schema
}

/** What a schema was marked with by {@link mayGrow}; null where it was not. */
export function fallbackOf(schema: z.ZodType): { readonly value: unknown } | null {
  return fallbacks.has(schema) ? { value: fallbacks.get(schema) } : null
}

/** Parses what an agent sent: fields that this version does not know are left out. */
export function parseAnswer<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  return tolerant(schema).safeParse(value)
}

/** Whether a message that could not be parsed is of a kind that this version does not know, so that it can be passed over. */
export function isUnknownKind({ issues }: z.ZodError): boolean {
  const [issue] = issues
  return issues.length === 1 && issue?.code === 'invalid_union' && issue.path.length === 1 && 'discriminator' in issue
}

function tolerant<S extends z.ZodType>(schema: S): S {
  const known = tolerantForms.get(schema)
  if (known) return known as S
  const made = withFallback(schema, loosen(schema))
  tolerantForms.set(schema, made)
  return made as S
}

function withFallback(schema: z.ZodType, loose: z.ZodType): z.ZodType {
  return fallbacks.has(schema) ? loose.catch(fallbacks.get(schema)) : loose
}

/** The same schema with its parts made tolerant; checks stay. What has no parts stays as it is. */
function loosen(schema: z.ZodType): z.ZodType {
  const { def } = schema as unknown as { readonly def: Definition }
  const rebuild = (parts: Partial<Definition>) => schema.clone({ ...schema.def, ...parts } as typeof schema.def)
  switch (def.type) {
    case 'object':
      // Without a rule for other fields an object leaves them out.
      return rebuild({ shape: mapValues(def.shape, tolerant), catchall: undefined })
    case 'array':
      return rebuild({ element: tolerant(def.element) })
    case 'union':
      return rebuild({ options: def.options.map(tolerant) })
    case 'record':
      return rebuild({ valueType: tolerant(def.valueType) })
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
      return rebuild({ innerType: tolerant(def.innerType) })
    default:
      return schema
  }
}

/** Of zod's definitions, what is rebuilt here. */
interface Definition {
  readonly type: string
  readonly shape: Readonly<Record<string, z.ZodType>>
  readonly catchall: undefined
  readonly element: z.ZodType
  readonly options: readonly z.ZodType[]
  readonly valueType: z.ZodType
  readonly innerType: z.ZodType
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
