/** Those of one connection, not of the request (RFC 9110, 7.6.1), and what the gateway answers itself. */
const ofConnection = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'transfer-encoding', 'upgrade', 'expect'],
]
/** What only the gateway says: a caller's own are not believed. */
const ofGateway = /^(forwarded|x-forwarded-.*|x-real-ip|joey-.*)$/

type Values = Record<string, string | string[] | undefined>

/** The headers that go on, in undici's form: names and values in turn. */
export function forwardedHeaders(
  raw: readonly string[],
  { host, traceparent }: { readonly host: string; readonly traceparent: string },
): string[] {
  const named = namedInConnection(raw)
  const kept: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const isOurs = ofConnection.includes(name) || named.includes(name) || ofGateway.test(name)
    if (!isOurs && name !== 'traceparent' && name !== 'host') kept.push(name, raw[at + 1] ?? '')
  }
  return [...kept, 'host', host, 'x-forwarded-host', host, 'x-forwarded-proto', 'http', 'traceparent', traceparent]
}

/** Of an answer. */
export function endToEnd(headers: Values): Record<string, string | string[]> {
  const named = [headers['connection'] ?? []].flat().flatMap((value) => value.toLowerCase().split(/\s*,\s*/))
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || ofConnection.includes(name) || named.includes(name) || name.startsWith('joey-')
        ? []
        : [[name, value]],
    ),
  )
}

function namedInConnection(raw: readonly string[]): readonly string[] {
  return raw.flatMap((name, at) =>
    at % 2 === 0 && name.toLowerCase() === 'connection' ? (raw[at + 1] ?? '').toLowerCase().split(/\s*,\s*/) : [],
  )
}

const traceForm = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The caller's, where it is one of the W3C's trace context; else a new one. */
export function traceOf(given: string | string[] | undefined, random: (bytes: number) => string): string {
  return typeof given === 'string' && traceForm.test(given) ? given : `00-${random(16)}-${random(8)}-01`
}

/** A request as CGI/1.1 (RFC 3875) tells a program of it. */
export function cgiEnvironment(request: {
  readonly method: string
  readonly path: string
  readonly headers: Values
}): Record<string, string> {
  const [path = '/', ...query] = request.path.split('?')
  const ofHeaders = Object.entries(request.headers).flatMap(([name, value]) => {
    // Programs take HTTP_PROXY for a setting of theirs (CVE-2016-5385).
    if (value === undefined || name === 'proxy' || ofGateway.test(name) || ofConnection.includes(name)) return []
    return [[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, [value].flat().join(', ').replaceAll('\0', '')]]
  })
  return {
    ...(Object.fromEntries(ofHeaders) as Record<string, string>),
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_METHOD: request.method,
    PATH_INFO: path,
    QUERY_STRING: query.join('?'),
    CONTENT_TYPE: [request.headers['content-type'] ?? ''].flat().join(),
    CONTENT_LENGTH: [request.headers['content-length'] ?? ''].flat().join(),
  }
}
