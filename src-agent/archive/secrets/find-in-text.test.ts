import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { entropyOf, findInText, findInVariable, mask } from './find-in-text.ts'

/** Put together at run time, so that nobody's scan takes the test for a leak. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const random = (length: number, from = letters) =>
  [...randomBytes(length)].map((byte) => from[byte % from.length]).join('')
const pem = (kind: string) => `-----BEGIN ${kind}-----\n${randomBytes(300).toString('base64')}\n-----END ${kind}-----\n`
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const json = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const planted: readonly (readonly [rule: string, path: string, text: () => string])[] = [
  ['aws-access-key', 'root/.aws/credentials', () => `[default]\naws_access_key_id = AKIA${random(16, base32)}\n`],
  ['aws-secret-key', 'root/x', () => `aws_secret_access_key = ${randomBytes(30).toString('base64')}\n`],
  ['gcp-api-key', 'app/a.js', () => `key: "AIza${random(35)}"`],
  [
    'gcp-service-account',
    'app/key.json',
    () => JSON.stringify({ type: 'service_account', private_key: pem('PRIVATE KEY') }),
  ],
  ['github-token', 'root/x', () => `token ghp_${random(36)}`],
  ['gitlab-token', 'root/x', () => `glpat-${random(20)}`],
  ['slack-token', 'root/x', () => `xoxb-${random(12, '0123456789')}-${random(24)}`],
  ['stripe-key', 'root/x', () => `sk_live_${random(24)}`],
  ['npm-token', 'root/x', () => `npm_${random(36)}`],
  ['npmrc-token', 'root/.npmrc', () => `//registry.example.org/:_authToken=${random(36)}\n`],
  ['pypi-token', 'root/.pypirc', () => `password = pypi-AgEIcHlwaS5vcmc${random(80)}\n`],
  ['private-key', 'root/.ssh/id_rsa', () => pem('RSA PRIVATE KEY')],
  ['private-key', 'root/.ssh/id_ed25519', () => pem('OPENSSH PRIVATE KEY')],
  ['private-key', 'app/config.json', () => JSON.stringify({ key: pem('EC PRIVATE KEY') })],
  ['jwt', 'app/x', () => `Bearer ${json({ alg: 'HS256', typ: 'JWT' })}.${json({ sub: random(20) })}.${random(43)}`],
  ['env-file', 'app/.env', () => 'NAME=web\nDB_PASSWORD=hunter2-x\n'],
  ['env-file', 'app/.env.production', () => `export API_TOKEN="${random(20)}"\n`],
  ['netrc', 'root/.netrc', () => 'machine a.example login me password s3cr3t-word\n'],
  ['pgpass', 'root/.pgpass', () => 'db:5432:all:me:Tr0ub4dor\n'],
  ['docker-auth', 'root/.docker/config.json', () => JSON.stringify({ auths: { r: { auth: random(24) } } })],
  ['kubeconfig', 'root/.kube/config', () => `users:\n- user:\n    token: ${random(40)}\n`],
  ['git-credentials', 'root/.git-credentials', () => 'https://me:pa55w0rd@git.example.org\n'],
  ['password-hash', 'etc/shadow', () => `root:$y$j9T$${random(22)}$${random(43)}:19000:0:99999:7:::\n`],
  ['assignment', 'app/config.yml', () => `db:\n  password: ${random(30)}9a\n`],
]

test.each(planted)('%s is found in %s, and is not in what is reported of it', (rule, path, make) => {
  const text = make()
  const found = findInText(path, text)
  expect(found.map((each) => each.rule)).toContain(rule)
  const [{ excerpt } = { excerpt: '' }] = found
  expect(excerpt).toContain('****')
  expect(excerpt.length).toBeLessThan(60)
})

test('a finding says in which line it is', () => {
  expect(findInText('root/x', `\n\n# x\ntoken=ghp_${random(36)}\n`)).toMatchObject([{ line: 4 }])
})

test.each([
  ['the example key of the manual', 'app/x', 'AKIAIOSFODNN7EXAMPLE'],
  ['a key for tests in a package', 'app/node_modules/a/test/key.pem', pem('RSA PRIVATE KEY')],
  ['the snake oil key', 'etc/ssl/private/ssl-cert-snakeoil.key', pem('PRIVATE KEY')],
  ['a template', 'app/.env.example', 'DB_PASSWORD=hunter2-x'],
  ['a reference to another variable', 'app/.env', 'DB_PASSWORD=${SECRET_FROM_ELSEWHERE}'],
  ['a placeholder', 'app/.env', 'API_TOKEN=your-token-here\nSECRET_KEY=changeme\n'],
  ['an address', 'app/.env', 'TOKEN_URL=https://id.example.org/token'],
  ['a public key', 'root/.ssh/id_rsa.pub', `ssh-rsa ${random(300)} me@here`],
  ['a certificate', 'etc/x.pem', pem('CERTIFICATE')],
  ['a word about keys', 'root/notes', 'Put the -----BEGIN RSA PRIVATE KEY----- line first.'],
  ['an account without password', 'etc/shadow', 'root:*:19000:0:99999:7:::\nwww-data:!:19000:0:99999:7:::\n'],
  ['a checksum', 'app/package-lock.json', `"integrity": "sha512-${randomBytes(64).toString('base64')}"`],
  ['a setting', 'app/config.yml', 'authentication: enabled\ntokenizer: standard-with-a-long-name-1\n'],
])('%s is no finding', (_name, path, text) => {
  expect(findInText(path, text)).toEqual([])
})

test('variables are recognised by their name or by their value', () => {
  expect(findInVariable('MYSQL_ROOT_PASSWORD', 'open-sesame')).toMatchObject({ rule: 'environment' })
  expect(findInVariable('ANYTHING', `ghp_${random(36)}`)).toMatchObject({ rule: 'github-token' })
  expect(findInVariable('PASSWORD_FILE', '/run/secrets/password')).toBeNull()
  expect(findInVariable('EDITOR', 'vim-with-a-long-name')).toBeNull()
})

test('a text that is made to be slow to search is searched all the same', () => {
  const bodies = [
    '-----BEGIN PRIVATE KEY-----',
    'eyJ'.repeat(5) + '-',
    'PuTTY-User-Key-File-2: ',
    'PASSWORD = ',
    ' ',
    'a'.repeat(50) + ' ',
  ]
  for (const body of bodies) {
    const text = body.repeat(Math.ceil(270_000 / body.length))
    const begin = performance.now()
    findInText('app/.env', text)
    findInText('app/a.conf', text)
    expect(performance.now() - begin, body.slice(0, 30)).toBeLessThan(5_000)
  }
})

test('what is shown of a secret gives nothing away', () => {
  expect(mask('short')).toBe('s********')
  expect(mask('0123456789abcdefghijklmnop')).toBe('0123********op')
  expect(mask(pem('RSA PRIVATE KEY'))).toBe('-----BEGIN RSA PRIVATE KEY----- ****')
  expect(entropyOf('aaaa')).toBe(0)
  expect(entropyOf('abcd')).toBe(2)
})
