import { expect, it } from 'vitest'
import { cgiEnvironment, endToEnd, forwardedHeaders, traceOf } from './headers.ts'

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const own = { host: 'site.localhost', traceparent: parent }

it('a request goes on without what was for its connection, and without what only the gateway says', () => {
  const raw = [
    ...['Host', 'evil', 'Connection', 'keep-alive, X-Hop', 'X-Hop', '1', 'Keep-Alive', '5', 'TE', 'trailers'],
    ...[
      'X-Forwarded-For',
      '1.2.3.4',
      'Forwarded',
      'for=1',
      'Joey-Error',
      'x',
      'Traceparent',
      'x',
      'X-Kept',
      'a',
      'x-kept',
      'b',
    ],
  ]
  expect(forwardedHeaders(raw, own)).toEqual([
    ...['x-kept', 'a', 'x-kept', 'b', 'host', 'site.localhost'],
    ...['x-forwarded-host', 'site.localhost', 'x-forwarded-proto', 'http', 'traceparent', parent],
  ])
})

it('an answer comes without what was for its connection, and cannot pass for one of the gateway', () => {
  const headers = {
    connection: 'X-Hop',
    'x-hop': '1',
    'transfer-encoding': 'chunked',
    'joey-error': 'x',
    'set-cookie': ['a', 'b'],
  }
  expect(endToEnd(headers)).toEqual({ 'set-cookie': ['a', 'b'] })
})

it('a trace goes on where it is one, else a new one begins', () => {
  const random = (bytes: number): string => 'ab'.repeat(bytes)
  expect(traceOf(parent, random)).toBe(parent)
  for (const given of [undefined, 'nonsense', '00-00000000000000000000000000000000-b7ad6b7169203331-01', [parent]])
    expect(traceOf(given, random)).toBe(`00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-01`)
})

it('a program is told of a call as CGI has it', () => {
  const headers = { 'content-type': 'text/plain', 'x-two': ['a', 'b'], proxy: 'evil' }
  expect(cgiEnvironment({ method: 'POST', path: '/a?b=c?d', headers })).toMatchObject({
    ...{
      REQUEST_METHOD: 'POST',
      PATH_INFO: '/a',
      QUERY_STRING: 'b=c?d',
      CONTENT_TYPE: 'text/plain',
      CONTENT_LENGTH: '',
    },
    ...{ HTTP_X_TWO: 'a, b', GATEWAY_INTERFACE: 'CGI/1.1' },
  })
  expect(cgiEnvironment({ method: 'GET', path: '/', headers })).not.toHaveProperty('HTTP_PROXY')
})
