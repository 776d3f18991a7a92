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

function ForkForm({ source, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const taken = useTaken()
  const ability = useForkAbility(source)
  const [count, setCount] = useState('1')
  const [prefix, setPrefix] = useState(() => suggestPrefix(parentOf(source), taken))
  const [wishedLive, setLive] = useState(true)
  const [wishedStart, setStart] = useState(true)
  const [wishedTerminals, setTerminals] = useState(true)
  const runFork = useFork(source)
  const live = ability.kind === 'can' && wishedLive
  const start = live || wishedStart
  const number = /^\d{1,3}$/.test(count.trim()) ? Number(count) : 0
  const countOk = number >= 1 && number <= mostForks
  const problem = countOk ? findForkProblem(prefix.trim(), number, taken) : null
  const ready = countOk && problem === null && online
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!ready) return
    const wish = { count: number, prefix: prefix.trim(), live, start }
    if (await runFork.fork(wish, start && wishedTerminals)) onClose()
  }
  return (
    <form className="create-form" onSubmit={(event) => void submit(event)}>
      <div className="dialog-body snapshot-form">
        <div className="fork-pair">
          <TextField
            label={t('snapshots.fork.count')}
            inputMode="numeric"
            problem={countOk ? undefined : t('snapshots.fork.countProblem')}
            value={count}
            onChange={setCount}
          />
          <TextField
            label={t(number > 1 ? 'snapshots.fork.prefixMany' : 'snapshots.fork.prefix')}
            problem={
              problem?.kind === 'taken'
                ? t('snapshots.fork.taken', { names: problem.names.slice(0, 4).join(', ') })
                : problem
                  ? t('snapshots.fork.invalid')
                  : undefined
            }
            value={prefix}
            onChange={setPrefix}
          />
        </div>
        {countOk && problem?.kind !== 'invalid' && <Preview names={forkNames(prefix.trim(), number)} taken={taken} />}
        <LiveChoice
          label={t('snapshots.fork.live')}
          text={t('snapshots.fork.liveText')}
          ability={ability}
          checked={wishedLive}
          onChange={setLive}
        />
        {!live && <Switch label={t('snapshots.fork.start')} checked={wishedStart} onChange={setStart} />}
        {start ? (
          <Switch label={t('snapshots.fork.terminals')} checked={wishedTerminals} onChange={setTerminals} />
        ) : (
          <p className="choice-text">
            {t('snapshots.fork.terminals')}: {t('snapshots.fork.terminalsHint')}
          </p>
        )}
      </div>
      <WorkFoot
        work={runFork.work}
        words={{
          running: t('snapshots.fork.running', { count: number }),
          failed: t('snapshots.fork.failed', { name: nameOf(source) }),
          button: t('snapshots.fork.button', { count: Math.max(1, number) }),
        }}
        disabled={!ready}
        onClose={onClose}
      />
    </form>
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
