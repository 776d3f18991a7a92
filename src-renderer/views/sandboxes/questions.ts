import i18next from 'i18next'
import type { Sandbox } from '#contract/sandbox'
import { act, actOnAll } from '../../actions/sandbox-actions.ts'
import type { Question } from '../../components/confirm-dialog.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'

/** Asks before the disk and logs of these are lost. */
export function removeQuestion(sandboxes: readonly Sandbox[], afterwards: () => void = () => undefined): Question {
  const [only] = sandboxes
  const onConfirm = (): void => {
    void actOnAll('remove', sandboxes)
    afterwards()
  }
  const common = { confirm: i18next.t('common.remove'), danger: true, onConfirm }
  if (sandboxes.length === 1 && only) {
    const { name, state } = only
    const running = state === 'running' || state === 'paused' ? ` ${i18next.t('confirm.removeRunning')}` : ''
    const text = i18next.t('confirm.removeText', { name }) + running
    return { ...common, title: i18next.t('confirm.removeTitle', { name }), text }
  }
  return {
    ...common,
    title: i18next.t('confirm.removeManyTitle', { count: sandboxes.length }),
    text: i18next.t('confirm.removeManyText'),
    list: sandboxes.map(({ name }) => name),
  }
}

/** Asks before processes are killed that could have ended in order. */
export function killQuestion(sandbox: Sandbox): Question {
  const { name } = sandbox
  return {
    ...{ title: i18next.t('confirm.killTitle', { name }), text: i18next.t('confirm.killText') },
    ...{ confirm: i18next.t('confirm.kill'), danger: true, onConfirm: () => void act('kill', sandbox) },
  }
}

export function stopQuestion(sandboxes: readonly Sandbox[], afterwards: () => void): Question {
  const running = sandboxes.filter((sandbox) => canDo('stop', sandbox))
  return {
    title: i18next.t('confirm.stopManyTitle', { count: running.length }),
    text: i18next.t('confirm.stopManyText'),
    list: running.map(({ name }) => name),
    confirm: i18next.t('confirm.stop'),
    onConfirm: () => {
      void actOnAll('stop', running)
      afterwards()
    },
  }
}
