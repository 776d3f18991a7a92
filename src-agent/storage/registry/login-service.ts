import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import type { RegistryCredential } from '#contract/image'
import { hub } from '#contract/image-reference'
import { defineHandlers } from '../../base/handlers.ts'
import type { RegistryLogins } from '../../state/registry-logins.ts'
import { withStaging } from '../images/staging.ts'
import { openWork } from './fetch-image.ts'
import { openAttempts } from './open-attempts.ts'
import type { PullParts } from './pull-types.ts'
import { tryCredential } from './registry-tool.ts'

const answerBytes = 16 * 1024 * 1024

/** Answers for names and passwords of registries. None is kept that its registry does not take, and none is ever given out. */
export function createLoginHandlers(parts: PullParts, logins: RegistryLogins) {
  const registryOf = (given: string | undefined): string => {
    const registry = given ?? parts.deps.settings().searchRegistry ?? hub.name
    return (hub.aliases as readonly string[]).includes(registry) ? hub.name : registry
  }
  return defineHandlers({
    listLogins: async () => [...logins.list()],
    loginToRegistry: async ({ registry: given, credential }, signal) => {
      const registry = registryOf(given)
      await check(parts, registry, credential, signal)
      logins.keep(registry, credential)
      return { registry, username: credential.username }
    },
    logoutFromRegistry: async ({ registry: given }) => {
      const registry = registryOf(given)
      if (!logins.forget(registry)) throw appError('registry-login-none', { registry })
      return { registry, removed: true }
    },
  })
}

function check(parts: PullParts, registry: string, credential: RegistryCredential, signal: AbortSignal): Promise<void> {
  const reference = { registry, path: '', tag: null, digest: null }
  const request = { ref: registry, credential, allowHosts: [], signal, onProgress: () => {} }
  return withStaging(parts.deps.folder, async (staging) => {
    const work = join(staging, 'work')
    await openWork(work)
    const { attempt, explain } = await openAttempts(parts, { staging, work, reference, request })
    const limits = { mostBytes: answerBytes, largestFile: answerBytes, signal }
    try {
      await attempt(limits, (options) => tryCredential(parts.deps.run, options, credential))
    } catch (error) {
      const failure = AppError.from(explain(error).error)
      throw failure.wire.reason === 'registry-login' ? appError('registry-login-refused', { registry }) : failure
    }
  })
}
