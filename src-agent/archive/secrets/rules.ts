import type { SecretRuleId } from '#contract/sentences/secrets'

/** How one kind of key looks. Patterns with a group find the secret in it. */
export interface SecretRule {
  /** Its title is a sentence of the contract. */
  readonly id: SecretRuleId
  /** One of these is in every text that can match: looked for first, because that is quick. */
  readonly keywords: readonly string[]
  readonly pattern: RegExp
  /** Bits per character that the secret has at least. */
  readonly entropy?: number
  /** Found also in what package managers have put there, where keys for tests lie about. */
  readonly inPackages: boolean
}

/**
 * Known formats. Patterns, keywords and thresholds follow those of gitleaks 8.24 (config/gitleaks.toml,
 * Copyright 2019 Zachary Rice, MIT licence: resources/secrets/LICENSE.gitleaks), chosen for those that hardly ever
 * mistake something else for a key.
 */
export const rules: readonly SecretRule[] = [
  mixed(3, known('aws-access-key', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], /\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b/g)),
  mixed(
    4,
    known(
      'aws-secret-key',
      ['secret_access_key', 'SECRET_ACCESS_KEY', 'SecretAccessKey', 'secretAccessKey'],
      /secret_?access_?key["'\s:=>]{1,8}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    ),
  ),
  mixed(4, known('gcp-api-key', ['AIza'], /\b(AIza[\w-]{35})(?![\w-])/g)),
  known('gcp-service-account', ['"service_account"'], /"private_key"\s*:\s*"(-----BEGIN[^"]{100,4000})"/g),
  mixed(3, known('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], /\b(gh[pousr]_[0-9a-zA-Z]{36})\b/g)),
  mixed(3, known('github-fine-grained', ['github_pat_'], /\b(github_pat_\w{82})\b/g)),
  mixed(3, known('gitlab-token', ['glpat-', 'gldt-', 'glrt-'], /\b(gl(?:pat|dt|rt)-[\w-]{20,40})(?![\w-])/g)),
  mixed(3, known('slack-token', ['xox'], /\b(xox[abeprs]-(?:\d+-)?[0-9A-Za-z-]{20,200})(?![\w-])/g)),
  mixed(
    3,
    known(
      'slack-webhook',
      ['hooks.slack.com'],
      /(hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{43,56})/g,
    ),
  ),
  mixed(
    3,
    known(
      'stripe-key',
      ['sk_live_', 'rk_live_', 'sk_test_', 'sk_prod_'],
      /\b([sr]k_(?:live|test|prod)_[a-zA-Z0-9]{16,99})\b/g,
    ),
  ),
  mixed(3, known('npm-token', ['npm_'], /\b(npm_[a-zA-Z0-9]{36})\b/g)),
  mixed(3, known('npmrc-token', ['_authToken'], /:_authToken\s*=\s*"?([\w.-]{20,200})"?\s*$/gm)),
  mixed(3, known('pypi-token', ['pypi-AgEIcHlwaS5vcmc'], /(pypi-AgEIcHlwaS5vcmc[\w-]{50,1000})/g)),
  mixed(3.5, known('sendgrid-key', ['SG.'], /\b(SG\.[\w-]{22}\.[\w-]{43})(?![\w-])/g)),
  mixed(3, known('openai-key', ['T3BlbkFJ'], /\b(sk-(?:[a-z]+-)?[\w-]{20,80}T3BlbkFJ[\w-]{20,80})(?![\w-])/g)),
  mixed(3, known('anthropic-key', ['sk-ant-'], /\b(sk-ant-[a-z]+[0-9]{2}-[\w-]{80,120})(?![\w-])/g)),
  mixed(3.5, known('huggingface-token', ['hf_'], /\b(hf_[a-zA-Z]{34})\b/g)),
  mixed(3, known('digitalocean-token', ['_v1_'], /\b(do[opr]_v1_[a-f0-9]{64})\b/g)),
  mixed(3.5, known('vault-token', ['hvs.', 'hvb.'], /\b(hv[sb]\.[\w-]{90,300})(?![\w-])/g)),
  mixed(2, known('shopify-token', ['shpat_', 'shpss_', 'shpca_'], /\b(shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32})\b/g)),
  mixed(4, known('azure-storage-key', ['AccountKey='], /AccountKey=([A-Za-z0-9+/]{86}==)/g)),
  known('age-key', ['AGE-SECRET-KEY-1'], /(AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})/g),
  loose(
    'private-key',
    ['PRIVATE KEY'],
    /(-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\[rn]|\s|[A-Z][\w-]{1,40}: [^\n]{0,200}\n){0,20}[A-Za-z0-9+/=\s\\]{64,})/g,
  ),
  loose('putty-key', ['PuTTY-User-Key-File'], /Private-Lines: \d{1,4}\r?\n([A-Za-z0-9+/=\s]{40,})/g),
  mixed(
    4,
    loose('jwt', ['eyJ'], /\b(eyJ[a-zA-Z0-9_-]{17,1000}\.eyJ[a-zA-Z0-9_-]{17,2000}\.[a-zA-Z0-9_-]{20,1000})(?![\w-])/g),
  ),
]

/** Rules for single files, recognised by their names. `path` is without the slash at the start. */
export interface FileRule extends Omit<SecretRule, 'keywords' | 'inPackages'> {
  readonly path: RegExp
}

const secretName =
  /(?:^|[_.-])(?:secret|token|passw(?:or)?d|passphrase|pwd|api_?key|access_?key|private_?key|secret_?key|encryption_?key|credentials?|auth|jwt|dsn)(?:[_.-](?:base|key|value|hash|id|b64|base64))*\d*$/i

/** Whether a variable of that name is likely to hold a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) && !/(?:_url|_file|_path|_name|public_?key)$/i.test(name)
}

export const fileRules: readonly FileRule[] = [
  {
    id: 'env-file',
    path: /(?:^|\/)(?:\.env(?:\.(?!example|sample|template|dist|defaults?|test)[\w.-]+)?|\.envrc|[\w.-]+\.env)$/,
    pattern: /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*["']?([^"'\r\n#]{6,4096})/gm,
  },
  { id: 'netrc', path: /(?:^|\/)[._]netrc$/, pattern: /\bpassword\s+(\S{3,})/g },
  {
    id: 'pgpass',
    path: /(?:^|\/)\.pgpass$/,
    pattern: /^[^#\n][^:\n]*:[^:\n]*:[^:\n]*:[^:\n]*:(\S+)$/gm,
  },
  {
    id: 'docker-auth',
    path: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg|containers\/auth\.json)$/,
    pattern: /"(?:auth|identitytoken|password)"\s*:\s*"([A-Za-z0-9+/=._-]{8,})"/g,
  },
  {
    id: 'kubeconfig',
    path: /(?:^|\/)(?:\.kube\/[^/]+|kubeconfig[\w.-]*|[\w.-]*\.kubeconfig|kubernetes\/(?:admin|kubelet|scheduler|controller-manager)\.conf)$/,
    pattern: /^\s*(?:client-key-data|token|password)\s*:\s*["']?([A-Za-z0-9+/=._-]{8,})/gm,
  },
  {
    id: 'git-credentials',
    path: /(?:^|\/)\.git-credentials$/,
    pattern: /:\/\/[^:@/\s]+:([^@\s]{3,})@/g,
  },
  {
    id: 'password-hash',
    path: /^etc\/shadow-?$/,
    pattern: /^[^:\n]+:(\$[^:\n]{20,}):/gm,
  },
  {
    id: 'my-cnf',
    path: /(?:^|\/)\.my(?:login)?\.cnf$/,
    pattern: /^\s*password\s*=\s*["']?([^"'\s#]{3,})/gm,
  },
  {
    id: 'assignment',
    path: /^(?!(?:etc\/(?!.*(?:\.env|secret))))(?:.*\/)?[^/]*(?:\.(?:ya?ml|json|toml|ini|cfg|conf|properties|tfvars|sh|py|js|ts|rb|php|go)|rc|profile|credentials?)$/,
    pattern:
      /["']?([A-Za-z_][\w.-]{2,60})["']?[ \t]*(?::=|=>|[:=])[ \t]*["']?([A-Za-z0-9+/_.=~!@$%^&*-]{16,200})["']?[ \t]*[,;]?[ \t]*\r?$/gm,
    entropy: 3.8,
  },
]

/** Where package managers put what they fetch. */
export function isOfPackage(path: string): boolean {
  return /^(?:usr\/(?:share|lib|lib32|lib64|libexec|include|src)|var\/(?:lib\/(?:dpkg|apt|rpm|pacman)|cache|log)|lib|lib64|etc\/(?:ssl\/certs|apk|pki\/ca-trust))\/|(?:^|\/)(?:node_modules|site-packages|dist-packages|\.cargo\/registry|go\/pkg\/mod|\.npm\/_cacache|\.cache|vendor\/bundle|gems)\//.test(
    path,
  )
}

/** Keys that are made for examples, and places that are known to hold only such, or what a distribution publishes. */
export function isExample(path: string, secret: string): boolean {
  return (
    /snakeoil|^etc\/chromium\.d\/|(?:^|\/)(?:examples?|testdata|fixtures|__tests__)\//i.test(path) ||
    /example|sample|dummy|placeholder|changeme|change[_-]me|your[_-]|insert[_-]|x{6,}|0{8,}|1234567890|abcdefgh/i.test(
      secret.slice(0, 400),
    ) ||
    // References to what is elsewhere: ${NAME}, {{ name }}, <name>, %(name)s.
    /^(?:\$\{|\$[A-Za-z_]\w*$|\{\{|<[^>]*>$|%\(|\$\()/.test(secret) ||
    /^(?:password|passwort|secret|none|null|true|false|undefined|disabled|enabled|required|optional)$/i.test(secret)
  )
}

function known(id: SecretRuleId, keywords: string[], pattern: RegExp): SecretRule {
  return { id, keywords, pattern, inPackages: true }
}

/** The rule, for what has at least so much entropy: words and examples have less. */
function mixed(entropy: number, rule: SecretRule): SecretRule {
  return { ...rule, entropy }
}

function loose(id: SecretRuleId, keywords: string[], pattern: RegExp): SecretRule {
  return { ...known(id, keywords, pattern), inPackages: false }
}
