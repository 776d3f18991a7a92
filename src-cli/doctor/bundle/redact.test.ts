import { describe, expect, test } from 'vitest'
import { createRedactor } from './redact.ts'
import { isSecretName, looksRandom, redactText } from './secret-words.ts'

describe('names', () => {
  test.each([
    '--password',
    'DB_PASSWORD',
    'apiKey',
    'API_KEY',
    'registryToken',
    'AWS_SECRET_ACCESS_KEY',
    'passphrase',
    'authToken',
  ])('%s stands before a secret', (name) => expect(isSecretName(name)).toBe(true))
  test.each(['path', 'author', 'keyboard', 'monkey', 'tokenize', 'state', 'message'])('%s does not', (name) =>
    expect(isSecretName(name)).toBe(false),
  )
})

describe('texts', () => {
  test.each([
    ['https://joe:hunter22@example.org/x', 'https://[taken out]@example.org/x'],
    ['Authorization: Bearer abcdef123456', 'hunter'],
    ['mysql --password hunter22 -u joe', 'mysql --password [taken out] -u joe'],
    ['mysql --password=hunter22', 'mysql --password=[taken out]'],
    ['TOKEN="hunter 22" run', 'TOKEN=[taken out] run'],
    ['{"password":"hunter22","id":1}', '{"password":[taken out],"id":1}'],
    ['"--token","hunter22"', '"--token","[taken out]"'],
  ])('%s loses its secret', (given, expected) => {
    const redacted = redactText(given)
    expect(redacted).not.toMatch(/hunter|abcdef123456/)
    if (expected !== 'hunter') expect(redacted).toBe(expected)
  })

  test('a private key goes whole', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----'
    expect(redactText(`before\n${key}\nafter`)).toBe('before\n[taken out]\nafter')
  })

  test('what is no secret stays', () => {
    const line = '{"level":30,"home":"/var/lib/joey","msg":"the agent answers","digest":"sha256:0123456789abcdef"}'
    expect(redactText(line)).toBe(line)
  })

  test('words that look made by chance are told from digests and paths', () => {
    expect(looksRandom('q8Zt3LmX0pVw7RbN2sYc')).toBe(true)
    expect(looksRandom('0123456789abcdef0123456789abcdef')).toBe(true)
    expect(looksRandom('/usr/lib/Python3.11/site-packages')).toBe(false)
    expect(looksRandom('sha256:0123456789abcdef0123456789abcdef')).toBe(false)
    expect(looksRandom('--initial-cluster-token')).toBe(false)
  })
})

describe('records', () => {
  test('names of variables stay, their values do not, nor wherever else they stand', () => {
    const redactor = createRedactor()
    const record = {
      name: 'web',
      spec: { env: { PLAIN: 'correct-horse', PATH: '/bin' }, command: ['serve', 'correct-horse'] },
    }
    redactor.learn(record)
    expect(redactor.value(record)).toEqual({
      name: 'web',
      spec: { env: { PLAIN: '[taken out]', PATH: '/bin' }, command: ['serve', '[taken out]'] },
    })
    expect(redactor.text('it said correct-horse')).toBe('it said [taken out]')
    expect(redactor.count()).toBe(3)
  })

  test('a secret that one record names is taken out of all others, and of texts with JSON in them', () => {
    const redactor = createRedactor()
    redactor.learn({ argv: ['psql', '--password', 'a"quoted"one'] })
    expect(redactor.text(JSON.stringify({ words: 'a"quoted"one' }))).toBe('{"words":"[taken out]"}')
  })

  test('arguments, scripts, labels, notes and outputs of checks lose theirs', () => {
    const redactor = createRedactor()
    const record = {
      argv: ['sh', '-c', 'export TOKEN=abc123xyz; run'],
      healthCheck: { command: ['curl', '-H', 'Authorization: Bearer zzz999yyy'] },
      labels: { owner: 'somebody' },
      note: 'the pin is 0815',
      healthLog: [{ code: 1, output: 'denied for root:toor' }],
    }
    redactor.learn(record)
    const text = JSON.stringify(redactor.value(record))
    for (const secret of ['abc123xyz', 'zzz999yyy', 'somebody', '0815', 'toor']) expect(text).not.toContain(secret)
    expect(text).toContain('curl')
    expect(text).toContain('owner')
  })

  test('variables of images, as lists, lose their values as well', () => {
    const redactor = createRedactor()
    expect(redactor.value({ config: { env: ['PATH=/bin', 'KEY=of-the-image'] } })).toEqual({
      config: { env: ['PATH=/bin', 'KEY=[taken out]'] },
    })
  })
})
