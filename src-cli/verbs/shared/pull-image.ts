import type { Answer, Request } from '#contract/client/call-operation'
import type { pullImage as operation } from '#contract/image'
import { parseReference } from '#contract/image-reference'
import type { pushImage as pushing } from '#contract/image-upkeep'
import type { Context } from '../../context.ts'
import { withProgress } from '../../output/task-progress.ts'
import { findCredential } from '../../registry/caller-credentials.ts'

/** Pulls an image with what the caller has for its registry, and shows how far it is. */
export async function pullImage(
  context: Context,
  ref: string,
  allowHosts: readonly string[],
): Promise<Answer<typeof operation>> {
  const credential = await credentialFor(context, ref)
  const request: Request<typeof operation> = {
    ref,
    ...(credential && { credential }),
    ...(allowHosts.length > 0 && { allowHosts: [...allowHosts] }),
  }
  return withProgress(context, (task) => context.client.pullImage({ ...request, task }))
}

/** The same for giving one to its registry. */
export async function pushImage(
  context: Context,
  ref: string,
  allowHosts: readonly string[],
): Promise<Answer<typeof pushing>> {
  const credential = await credentialFor(context, ref)
  const more = { ...(credential && { credential }), ...(allowHosts.length > 0 && { allowHosts: [...allowHosts] }) }
  return withProgress(context, (task) => context.client.pushImage({ ref, ...more, task }))
}

/** Only the agent knows which registry a short name means. */
async function credentialFor({ client, env }: Context, ref: string) {
  const { searchRegistry, imageAliases: aliases } = await client.readSettings({})
  const reference = parseReference(ref, { searchRegistry, aliases })
  return typeof reference === 'string' ? null : findCredential(reference, env)
}
