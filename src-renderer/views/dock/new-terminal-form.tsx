import type { TFunction } from 'i18next'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { GuestPath, UserSpec } from '#contract/sandbox'
import { openInDock } from '../../actions/dock-actions.ts'
import type { ShellWish } from '../../actions/sandbox-actions.ts'
import { Button } from '../../components/button.tsx'
import { Field, TextField } from '../../components/field.tsx'
import { Select } from '../../components/select.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'
import { splitShellWords } from '../../model/shell-words.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { closeDockDialogs } from './dialog-store.ts'
import { findSubject } from './dock-actions.ts'

type Form = Readonly<Record<'command' | 'user' | 'cwd', string>>

/** What was typed as a wish, and what is wrong with it. */
function readForm({ command, user, cwd }: Form, t: TFunction) {
  const words = splitShellWords(command)
  const problems = {
    command: words.ok ? undefined : t('create.problems.quoteOpen'),
    user: user === '' || UserSpec.safeParse(user).success ? undefined : t('dock.chooser.userInvalid'),
    cwd: cwd === '' || GuestPath.safeParse(cwd).success ? undefined : t('dock.chooser.cwdInvalid'),
  }
  const wish: ShellWish = {
    ...(words.ok && words.words.length > 0 ? { argv: words.words } : {}),
    ...(user ? { user } : {}),
    ...(cwd ? { cwd } : {}),
  }
  return { wish, problems, isRight: Object.values(problems).every((each) => each === undefined) }
}

/** A terminal of one's own choice: in which sandbox, what runs in it, as whom and where. */
export function NewTerminalForm(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const sandboxes = useAgent((state) => state.sandboxes)
  const running = [...sandboxes.values()].filter((each) => canDo('openTerminal', each))
  const [chosen, setChosen] = useState(() => findSubject()?.id ?? '')
  const [form, setForm] = useState<Form>({ command: '', user: '', cwd: '' })
  const sandbox = running.find(({ id }) => id === chosen) ?? running[0]
  const { wish, problems, isRight } = readForm(form, t)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!sandbox || !isRight) return
    closeDockDialogs()
    void openInDock(sandbox, wish)
  }
  return (
    <form onSubmit={submit}>
      <div className="dialog-body dock-form">
        <Field label={t('dock.chooser.sandbox')} hint={running.length === 0 ? t('dock.chooser.none') : undefined}>
          {({ id }) => (
            <Select
              id={id}
              label={t('dock.chooser.sandbox')}
              value={sandbox?.id ?? ''}
              onChange={setChosen}
              disabled={running.length === 0}
              options={running.map(({ id: value, name }) => ({ value, label: name }))}
            />
          )}
        </Field>
        {(['command', 'user', 'cwd'] as const).map((name) => (
          <TextField
            key={name}
            label={t(`dock.chooser.${name}`)}
            value={form[name]}
            onChange={(value) => setForm((before) => ({ ...before, [name]: value }))}
            hint={t(`dock.chooser.${name}Hint`)}
            problem={problems[name]}
            className="input mono"
          />
        ))}
      </div>
      <div className="dialog-foot">
        <Button onClick={closeDockDialogs}>{t('common.cancel')}</Button>
        <Button kind="primary" type="submit" disabled={!live || !sandbox || !isRight}>
          {t('dock.chooser.open')}
        </Button>
      </div>
    </form>
  )
}
