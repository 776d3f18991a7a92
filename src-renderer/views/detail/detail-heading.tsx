import { Check, Pencil, X } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { renameSandbox, type Sandbox, SandboxName } from '#contract/sandbox'
import { toastError } from '../../actions/remedies.ts'
import { call } from '../../call.ts'
import { IconButton } from '../../components/button.tsx'
import { ClassBadge } from '../../components/class-badge.tsx'
import { SelfTestBadge } from '../../components/self-test-badge.tsx'
import { StateLabel } from '../../components/state-label.tsx'
import { useIsLive } from '../../store/agent-store.ts'

export function DetailHeading({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [renaming, setRenaming] = useState(false)
  return (
    <div className="detail-head">
      {renaming && <h1 className="visually-hidden">{sandbox.name}</h1>}
      {renaming ? (
        <RenameForm sandbox={sandbox} onClose={() => setRenaming(false)} />
      ) : (
        <>
          <h1 className="truncate">{sandbox.name}</h1>
          <IconButton
            size="small"
            label={t('detail.rename')}
            disabledReason={live ? undefined : t('shell.agent.disabled')}
            onClick={() => setRenaming(true)}
          >
            <Pencil />
          </IconButton>
        </>
      )}
      <ClassBadge value={sandbox.class} />
      <StateLabel sandbox={sandbox} />
      <SelfTestBadge sandbox={sandbox} />
    </div>
  )
}

function RenameForm({ sandbox, onClose }: { readonly sandbox: Sandbox; readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation()
  const [name, setName] = useState(sandbox.name)
  const valid = SandboxName.safeParse(name.trim()).success
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!valid) return
    if (name.trim() === sandbox.name) return onClose()
    try {
      const renamed = await call(renameSandbox, { ref: sandbox.id, name: name.trim() })
      toast.success(t('sandboxes.done.rename', { name: renamed.name }))
      onClose()
    } catch (error) {
      toastError(t('sandboxes.failed.rename'), error)
    }
  }
  return (
    <form className="rename-form" onSubmit={(event) => void submit(event)}>
      <input
        // The person has just asked to type here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        className="input"
        aria-label={t('detail.renameField')}
        aria-invalid={!valid}
        title={valid ? undefined : t('create.problems.nameInvalid')}
        autoComplete="off"
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
      />
      <IconButton size="small" type="submit" label={t('common.save')}>
        <Check />
      </IconButton>
      <IconButton size="small" label={t('common.cancel')} onClick={onClose}>
        <X />
      </IconButton>
    </form>
  )
}
