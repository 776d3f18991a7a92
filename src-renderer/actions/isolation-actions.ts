import i18next from 'i18next'
import { toast } from 'sonner'
import { saveFile } from '#contract/app'
import { formatGrant } from '#contract/grant-text'
import type { Interference } from '#contract/isolation'
import { type Sandbox } from '#contract/sandbox'
import { setGrants, setNetwork, updateSandbox } from '#contract/sandbox-operations'
import { call } from '../call.ts'
import { toastError } from './remedies.ts'

type Named = Pick<Sandbox, 'id' | 'name'>

/** Takes one grant back, by the way it is written. */
export async function dropGrant({ id, name, spec }: Sandbox, grant: string): Promise<void> {
  try {
    await call(setGrants, { ref: id, grants: spec.grants.filter((each) => formatGrant(each) !== grant) })
    toast.success(i18next.t('isolation.cut.dropGrantDone', { name, grant }))
  } catch (error) {
    toastError(i18next.t('isolation.cut.failed'), error)
  }
}

export async function leaveNetwork({ id, name }: Named): Promise<void> {
  try {
    await call(setNetwork, { ref: id, networkName: null })
    toast.success(i18next.t('isolation.cut.leaveDone', { name }))
  } catch (error) {
    toastError(i18next.t('isolation.cut.failed'), error)
  }
}

/** Sets the limit that would calm a noisy neighbour; limits that the suggestion leaves open stay. */
export async function calm(suggestion: NonNullable<Interference['suggestion']>, name: string): Promise<void> {
  const { ref, cpus, memoryBytes } = suggestion
  try {
    await call(updateSandbox, {
      ref,
      ...(cpus === null ? {} : { cpus }),
      ...(memoryBytes === null ? {} : { memoryBytes }),
    })
    toast.success(i18next.t('isolation.interference.applied', { name }))
  } catch (error) {
    toastError(i18next.t('isolation.interference.applyFailed'), error)
  }
}

type Content = Parameters<typeof call<(typeof saveFile)['request'], (typeof saveFile)['response']>>[1]['content']

/** Asks where to, and says where it is. Null content: it could not be drawn. */
export async function savePicture(name: string, draw: () => Promise<Content>): Promise<void> {
  try {
    const { path } = await call(saveFile, { name, content: await draw() })
    if (path !== null) toast.success(i18next.t('isolation.export.saved', { path }))
  } catch (error) {
    toastError(i18next.t('isolation.export.failed'), error)
  }
}
