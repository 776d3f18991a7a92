import type { TFunction } from 'i18next'
import { Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { type Sandbox, SandboxName } from '#contract/sandbox'
import { renameSandbox } from '#contract/sandbox-operations'
import { toastError } from '../../actions/remedies.ts'
import { call } from '../../call.ts'
import { IconButton } from '../../components/button.tsx'
import { ClassBadge } from '../../components/class-badge.tsx'
import { RenameForm } from '../../components/rename-form.tsx'
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
        <RenameForm
          className="rename-form"
          name={sandbox.name}
          label={t('detail.renameField')}
          isValid={(name) => SandboxName.safeParse(name).success}
          problem={t('create.problems.nameInvalid')}
          onRename={(name) => rename(sandbox, name, t)}
          onClose={() => setRenaming(false)}
        />
      ) : (
        <>
          <h1 className="truncate">{sandbox.name}</h1>
          <IconButton
            className="rename-button"
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

/** Resolves to whether it was done; either way that is said. */
async function rename({ id }: Sandbox, name: string, t: TFunction): Promise<boolean> {
  try {
    const renamed = await call(renameSandbox, { ref: id, name })
    toast.success(t('sandboxes.done.rename', { name: renamed.name }))
    return true
  } catch (error) {
    toastError(t('sandboxes.failed.rename'), error)
    return false
  }
}
