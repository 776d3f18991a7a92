import { defineSentences } from '../reasons/define.ts'

/** What a finding of the search for keys and passwords is: `secret-` and its rule. Each is a title, not a whole sentence. */
export const secretSentences = defineSentences({
  'secret-aws-access-key': { sentence: 'AWS access key' },
  'secret-aws-secret-key': { sentence: 'AWS secret key' },
  'secret-gcp-api-key': { sentence: 'Google Cloud API key' },
  'secret-gcp-service-account': { sentence: 'Google Cloud service account' },
  'secret-github-token': { sentence: 'GitHub token' },
  'secret-github-fine-grained': { sentence: 'GitHub token' },
  'secret-gitlab-token': { sentence: 'GitLab token' },
  'secret-slack-token': { sentence: 'Slack token' },
  'secret-slack-webhook': { sentence: 'Slack webhook' },
  'secret-stripe-key': { sentence: 'Stripe key' },
  'secret-npm-token': { sentence: 'npm token' },
  'secret-npmrc-token': { sentence: 'npm token' },
  'secret-pypi-token': { sentence: 'PyPI token' },
  'secret-sendgrid-key': { sentence: 'SendGrid key' },
  'secret-openai-key': { sentence: 'OpenAI key' },
  'secret-anthropic-key': { sentence: 'Anthropic key' },
  'secret-huggingface-token': { sentence: 'Hugging Face token' },
  'secret-digitalocean-token': { sentence: 'DigitalOcean token' },
  'secret-vault-token': { sentence: 'Vault token' },
  'secret-shopify-token': { sentence: 'Shopify token' },
  'secret-azure-storage-key': { sentence: 'Azure storage key' },
  'secret-age-key': { sentence: 'age secret key' },
  'secret-private-key': { sentence: 'Private key' },
  'secret-putty-key': { sentence: 'PuTTY private key' },
  'secret-jwt': { sentence: 'JSON web token' },
  'secret-env-file': { sentence: 'Secret in an environment file' },
  'secret-netrc': { sentence: 'Password in .netrc' },
  'secret-pgpass': { sentence: 'Password in .pgpass' },
  'secret-docker-auth': { sentence: 'Registry password' },
  'secret-kubeconfig': { sentence: 'Kubernetes credential' },
  'secret-git-credentials': { sentence: 'Git password' },
  'secret-password-hash': { sentence: 'Password of an account' },
  'secret-my-cnf': { sentence: 'Database password' },
  'secret-assignment': { sentence: 'Value that looks like a secret' },
  'secret-environment': { sentence: 'Secret in the environment' },
})

type Reason = keyof typeof secretSentences
/** What a finding is called in scripts. */
export type SecretRuleId = Reason extends `secret-${infer Rule}` ? Rule : never
