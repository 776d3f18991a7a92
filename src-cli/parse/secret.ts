import { resolve } from 'node:path'
import { SecretId } from '#contract/build'
import type { BuildSecret } from '../build/context-stream.ts'
import { usageError } from '../command/usage-error.ts'
import type { Context } from '../context.ts'

/** `id=ID,src=FILE` or `id=ID,env=NAME`, as Docker has it; without either the id names both. */
export function parseSecret(text: string, { env, cwd }: Pick<Context, 'env' | 'cwd'>): BuildSecret {
  const fields = new Map(
    text.split(',').map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
    }),
  )
  const known = ['id', 'src', 'source', 'env', 'type']
  const id = fields.get('id') ?? ''
  const type = fields.get('type') ?? 'file'
  const isValid = [...fields.keys()].every((key) => known.includes(key)) && SecretId.safeParse(id).success
  if (!isValid || !['file', 'env'].includes(type)) throw usageError('usage-secret', { text })
  const file = fields.get('src') ?? fields.get('source')
  const variable = fields.get('env') ?? (type === 'env' ? id : undefined)
  if (file !== undefined) return { id, from: { file: resolve(cwd, file) } }
  const value = env[variable ?? id]
  if (value === undefined) throw usageError('usage-secret-unset', { text, name: variable ?? id })
  return { id, from: { value } }
}
