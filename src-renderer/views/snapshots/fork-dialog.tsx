import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { Switch } from '../../components/toggles.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { findForkProblem, forkNames, suggestPrefix } from './fork-names.ts'
import { LiveChoice } from './live-choice.tsx'
import { type ForkSource, nameOf, parentOf, useFork, useForkAbility, useTaken } from './use-fork.ts'
import { WorkFoot } from './work-foot.tsx'

interface Props {
  readonly source: ForkSource
  readonly onClose: () => void
}

export function ForkDialog({ source, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('snapshots.fork.title', { name: nameOf(source) })}
      description={t('snapshots.fork.description')}
    >
      <ForkForm source={source} onClose={onClose} />
    </Dialog>
  )
}

const mostForks = 100

interface Wish {
  /** As typed. */
  readonly count: string
  readonly prefix: string
  readonly live: boolean
  readonly start: boolean
  readonly terminals: boolean
}

function ForkForm({ source, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const taken = useTaken()
  const ability = useForkAbility(source)
  const [wish, setWish] = useState<Wish>(() => ({
    ...{ count: '1', prefix: suggestPrefix(parentOf(source), taken) },
    ...{ live: true, start: true, terminals: true },
  }))
  const change = (some: Partial<Wish>): void => setWish({ ...wish, ...some })
  const runFork = useFork(source)
  const live = ability.kind === 'can' && wish.live
  const start = live || wish.start
  const { count, problem } = checkNames(wish, taken)
  const ready = count !== null && problem === null && online
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!ready) return
    if (await runFork.fork({ count, prefix: wish.prefix.trim(), live, start }, start && wish.terminals)) onClose()
  }
  return (
    <form className="create-form" onSubmit={(event) => void submit(event)}>
      <div className="dialog-body snapshot-form">
        <NameFields wish={wish} taken={taken} onChange={change} />
        <LiveChoice
          label={t('snapshots.fork.live')}
          text={t('snapshots.fork.liveText')}
          ability={ability}
          checked={wish.live}
          onChange={(checked) => change({ live: checked })}
        />
        <StartFields wish={wish} live={live} onChange={change} />
      </div>
      <WorkFoot
        work={runFork.work}
        words={{
          running: t('snapshots.fork.running', { count: count ?? 0 }),
          failed: t('snapshots.fork.failed', { name: nameOf(source) }),
          button: t('snapshots.fork.button', { count: Math.max(1, count ?? typedNumber(wish.count)) }),
        }}
        disabled={!ready}
        onClose={onClose}
      />
    </form>
  )
}

function typedNumber(count: string): number {
  return /^\d{1,3}$/.test(count.trim()) ? Number(count) : 0
}

interface CheckedNames {
  /** Null for what is no count of forks. */
  readonly count: number | null
  readonly problem: ReturnType<typeof findForkProblem>
}

function checkNames(wish: Wish, taken: ReadonlySet<string>): CheckedNames {
  const number = typedNumber(wish.count)
  if (number < 1 || number > mostForks) return { count: null, problem: null }
  return { count: number, problem: findForkProblem(wish.prefix.trim(), number, taken) }
}

interface FieldsProps {
  readonly wish: Wish
  readonly onChange: (some: Partial<Wish>) => void
}

/** How many, and how they are called. */
function NameFields({ wish, onChange, taken }: FieldsProps & { readonly taken: ReadonlySet<string> }): ReactNode {
  const { t } = useTranslation()
  const { count, problem } = checkNames(wish, taken)
  const problemText = (): string | undefined => {
    if (problem?.kind === 'taken') return t('snapshots.fork.taken', { names: problem.names.slice(0, 4).join(', ') })
    return problem ? t('snapshots.fork.invalid') : undefined
  }
  return (
    <>
      <div className="fork-pair">
        <TextField
          label={t('snapshots.fork.count')}
          inputMode="numeric"
          problem={count === null ? t('snapshots.fork.countProblem') : undefined}
          value={wish.count}
          onChange={(value) => onChange({ count: value })}
        />
        <TextField
          label={t(typedNumber(wish.count) > 1 ? 'snapshots.fork.prefixMany' : 'snapshots.fork.prefix')}
          problem={problemText()}
          value={wish.prefix}
          onChange={(prefix) => onChange({ prefix })}
        />
      </div>
      {count !== null && problem?.kind !== 'invalid' && (
        <Preview names={forkNames(wish.prefix.trim(), count)} taken={taken} />
      )}
    </>
  )
}

function StartFields({ wish, live, onChange }: FieldsProps & { readonly live: boolean }): ReactNode {
  const { t } = useTranslation()
  const { start, terminals } = wish
  return (
    <>
      {!live && (
        <Switch
          label={t('snapshots.fork.start')}
          checked={start}
          onChange={(checked) => onChange({ start: checked })}
        />
      )}
      {live || start ? (
        <Switch
          label={t('snapshots.fork.terminals')}
          checked={terminals}
          onChange={(checked) => onChange({ terminals: checked })}
        />
      ) : (
        <p className="choice-text">
          {t('snapshots.fork.terminals')}: {t('snapshots.fork.terminalsHint')}
        </p>
      )}
    </>
  )
}

const mostPreviewed = 8

function Preview({
  names,
  taken,
}: {
  readonly names: readonly string[]
  readonly taken: ReadonlySet<string>
}): ReactNode {
  const { t } = useTranslation()
  const more = names.length - mostPreviewed
  return (
    <ul className="fork-names" aria-label={t('snapshots.fork.preview')}>
      {names.slice(0, mostPreviewed).map((name) => (
        <li key={name} className="tag mono" data-taken={taken.has(name)}>
          {name}
        </li>
      ))}
      {more > 0 && <li className="choice-text">{t('snapshots.fork.previewMore', { count: more })}</li>}
    </ul>
  )
}
