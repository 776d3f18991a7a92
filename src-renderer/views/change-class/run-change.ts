import i18next from 'i18next'
import { toast } from 'sonner'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { toastError } from '../../actions/remedies.ts'
import { wordedText } from '../../copy/i18n.ts'
import { type ChangeRun, changeClassStore, runChange } from '../../store/change-class-store.ts'

/** Makes the change. Where the dialog was closed meanwhile, a toast says how it ended. */
export async function changeNow(sandbox: Pick<Sandbox, 'id' | 'name'>, to: IsolationClass): Promise<void> {
  const run = await runChange(sandbox.id, to)
  if (changeClassStore.getState().run !== run) showOutcome(run, sandbox.name)
}

function showOutcome(run: ChangeRun, name: string): void {
  if (run.kind === 'failed') return toastError(i18next.t('classes.change.failed'), run.error)
  if (run.kind !== 'done') return
  const words = { name, class: i18next.t(`sandboxes.class.${run.class}.name`) }
  if (run.fellBack === null) toast.success(i18next.t('classes.change.done', words))
  else {
    const description = wordedText(run.fellBack, run.fellBackWording)
    toast.warning(i18next.t('classes.change.fellBack', words), { description, duration: 9000 })
  }
}
