import * as z from 'zod'
import { type Operation, pathFields, type Stream } from '#contract/operation'
import { operations, streams } from '#contract/registry'
import { WireError } from '#contract/wire-texts'

/** OpenAPI 3.1 of the whole interface, made from the contract (https://spec.openapis.org/oas/v3.1.0). */
export function describeApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  const put = (path: string, method: string, entry: unknown) => {
    const key = path.replace(/:([A-Za-z]+)/g, '{$1}')
    paths[key] = { ...paths[key], [method]: entry }
  }
  for (const op of Object.values(operations))
    put(op.path, op.method.toLowerCase(), describeOperation(op as unknown as Operation))
  for (const each of Object.values(streams)) put(each.path, 'get', describeStream(each as unknown as Stream))
  return {
    openapi: '3.1.0',
    info: { title: 'Joey agent', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { schemas: { Error: toSchema(WireError, 'output') } },
  }
}

function describeOperation(op: Operation): Record<string, unknown> {
  const failure = { description: 'A failure, as data.', content: toContent({ $ref: '#/components/schemas/Error' }) }
  const fields = pathFields(op.path)
  const inQuery = op.method === 'GET' || op.method === 'DELETE'
  const rest = z.strictObject(
    Object.fromEntries(Object.entries(op.request.shape).filter(([name]) => !fields.includes(name))),
  )
  const body = { requestBody: { required: true, content: toContent(toSchema(rest, 'input')) } }
  return {
    operationId: op.name,
    summary: op.summary,
    parameters: describeParameters(op.request, fields, inQuery),
    ...(inQuery ? {} : body),
    responses: { 200: { description: 'Done.', content: toContent(toSchema(op.response, 'output')) }, default: failure },
  }
}

function describeStream(declaration: Stream): Record<string, unknown> {
  return {
    operationId: declaration.name,
    summary: `${declaration.summary} A WebSocket: text frames are JSON, binary frames are bytes.`,
    parameters: describeParameters(declaration.request, pathFields(declaration.path), true),
    responses: { 101: { description: 'Switching to the WebSocket protocol.' } },
    'x-messages': { up: toSchema(declaration.up, 'input'), down: toSchema(declaration.down, 'output') },
  }
}

function describeParameters(request: z.ZodObject, fields: readonly string[], inQuery: boolean): unknown[] {
  return Object.entries(request.shape)
    .filter(([name]) => inQuery || fields.includes(name))
    .map(([name, field]) => {
      const where = fields.includes(name) ? 'path' : 'query'
      const schema = field as z.ZodType
      return {
        name,
        in: where,
        required: where === 'path' || !schema.safeParse(undefined).success,
        schema: toSchema(schema, 'input'),
      }
    })
}

function toContent(schema: unknown): Record<string, unknown> {
  return { 'application/json': { schema } }
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' })
  return rest
}
