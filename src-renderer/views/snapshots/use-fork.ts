import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { useLocation } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import { forkSandboxes, type Snapshot } from '#contract/snapshot'
import { call } from '../../call.ts'
import { wordedTexts } from '../../copy/i18n.ts'
import { formatMilliseconds } from '../../model/estimate.ts'
import { useAgent } from '../../store/agent-store.ts'
import { loadClasses, profileOf, useClasses } from '../../store/classes-store.ts'
import { type LiveAbility, liveAbility } from './live-ability.ts'
import { useWork } from './use-work.ts'

/** What is forked: a snapshot, or a sandbox as it is now. */
export type ForkSource =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'sandbox'; readonly sandbox: Sandbox }

export function nameOf(source: ForkSource): string {
  return source.kind === 'snapshot' ? source.snapshot.name : source.sandbox.name
}

export function parentOf(source: ForkSource): string {
  return source.kind === 'snapshot' ? source.snapshot.sandboxName : source.sandbox.name
}

/** Names that sandboxes have. */
export function useTaken(): ReadonlySet<string> {
  const sandboxes = useAgent((state) => state.sandboxes)
  return new Set([...sandboxes.values()].map(({ name }) => name))
}

/** Whether running processes can go on in the forks, or why not. */
export function useForkAbility(source: ForkSource): LiveAbility | { readonly kind: 'none' } {
  const classes = useClasses()
  const choosesClass = source.kind === 'sandbox'
  useEffect(() => {
    if (choosesClass) void loadClasses()
  }, [choosesClass])
  if (source.kind === 'sandbox') return liveAbility(source.sandbox, profileOf(classes, source.sandbox.class))
  const { live } = source.snapshot
  if (live === null) return { kind: 'none' }
  return live.unusable === null ? { kind: 'can' } : { kind: 'class', reason: live.unusable }
}

interface Wish {
  readonly count: number
  readonly prefix: string
  readonly live: boolean
  readonly start: boolean
}

/** Makes the forks, says so, and shows their terminals where that was wished. */
export function useFork(source: ForkSource): {
  readonly work: ReturnType<typeof useWork>
  readonly fork: (wish: Wish, terminals: boolean) => Promise<boolean>
} {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const name = nameOf(source)
  const work = useWork(t('snapshots.fork.failed', { name }))
  const of = source.kind === 'snapshot' ? { snapshot: source.snapshot.id } : { sandbox: source.sandbox.id }
  const fork = (wish: Wish, terminals: boolean): Promise<boolean> =>
    work.run(async (task, isOpen) => {
      const { sandboxes, pauseMs, messages, messagesWordings } = await call(forkSandboxes, { ...of, ...wish, task })
      const show = (): void => navigate(`/forks/${sandboxes.map(({ id }) => id).join(',')}`)
      // Nobody is taken away from what they have turned to meanwhile.
      const showNow = terminals && isOpen()
      const duration = formatMilliseconds(pauseMs, t)
      const lines = [
        ...(pauseMs > 0 ? [t('snapshots.fork.pause', { name: parentOf(source), duration })] : []),
        ...wordedTexts(messages, messagesWordings),
      ]
      toast.success(t('snapshots.fork.done', { count: sandboxes.length, name }), {
        ...(lines.length > 0 ? { description: lines.join(' ') } : {}),
        ...(wish.start && !showNow ? { action: { label: t('snapshots.fork.show'), onClick: show } } : {}),
        duration: 9000,
      })
      if (showNow) show()
    })
  return { work, fork }
}
