import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { assertNever } from '#contract/assert-never'
import type { Cut } from '#contract/isolation'
import type { Sandbox } from '#contract/sandbox'
import { dropGrant, leaveNetwork } from '../../../actions/isolation-actions.ts'
import { Button } from '../../../components/button.tsx'
import { CopyableCommand } from '../../../components/copy-button.tsx'
import { rerunCommand } from '../../../model/rerun-command.ts'
import { useAgent, useIsLive } from '../../../store/agent-store.ts'
import { planChange } from '../../../store/change-class-store.ts'
import { ask } from '../../../store/ui-store.ts'

/** The way to a change that cuts a path: a plan or question where it can be made, words and a command where not. */
export function CutButton({ cut }: { readonly cut: Cut }): ReactNode {
  const { t } = useTranslation()
  const sandbox = useAgent(({ sandboxes }) =>
    [...sandboxes.values()].find(({ id, name }) => id === cut.ref || name === cut.ref),
  )
  if (!sandbox) return <p className="panel-note">{t('isolation.cut.gone')}</p>
  switch (cut.kind) {
    case 'unpublish':
    case 'makeReadOnly':
      return <Recreate cut={cut} sandbox={sandbox} />
    case 'setClass':
    case 'dropGrant':
    case 'leaveNetwork':
    case 'setLimit':
      return <Change cut={cut} sandbox={sandbox} />
    default:
      return assertNever(cut, 'cut')
  }
}

interface ChangeProps {
  readonly cut: Extract<Cut, { kind: 'setClass' | 'dropGrant' | 'leaveNetwork' | 'setLimit' }>
  readonly sandbox: Sandbox
}

function Change({ cut, sandbox }: ChangeProps): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const live = useIsLive()
  const { name } = sandbox
  const confirm = (words: { title: string; text: string; confirm: string }, onConfirm: () => void): void =>
    ask({ ...words, onConfirm })
  const label = (): string => {
    if (cut.kind === 'setClass') return t('isolation.cut.setClass', { class: t(`sandboxes.class.${cut.class}.name`) })
    if (cut.kind === 'dropGrant') return t('isolation.cut.dropGrant', { grant: cut.grant })
    if (cut.kind === 'leaveNetwork') return t('isolation.cut.leaveNetwork', { network: cut.network })
    return t('isolation.cut.setLimit')
  }
  const onClick = (): void => {
    if (cut.kind === 'setClass') return planChange(sandbox.id, cut.class)
    if (cut.kind === 'setLimit') return navigate(`/sandboxes/${sandbox.id}/settings`)
    if (cut.kind === 'leaveNetwork') {
      const title = t('isolation.cut.leaveTitle', { name, network: cut.network })
      const words = { title, text: t('isolation.cut.leaveText'), confirm: t('isolation.cut.leaveConfirm') }
      return confirm(words, () => void leaveNetwork(sandbox))
    }
    const title = t('isolation.cut.dropGrantTitle', { name, grant: cut.grant })
    const words = { title, text: t('isolation.cut.dropGrantText'), confirm: t('isolation.cut.dropGrantConfirm') }
    return confirm(words, () => void dropGrant(sandbox, cut.grant))
  }
  return (
    <Button kind="primary" size="small" disabled={!live} onClick={onClick}>
      {label()}
    </Button>
  )
}

interface RecreateProps {
  readonly cut: Extract<Cut, { kind: 'unpublish' | 'makeReadOnly' }>
  readonly sandbox: Sandbox
}

/** What is fixed when a sandbox is made: no button could change it, a command can make another. */
function Recreate({ cut, sandbox }: RecreateProps): ReactNode {
  const { t } = useTranslation()
  const { ports, mounts } = sandbox.spec
  const published =
    cut.kind === 'unpublish'
      ? sandbox.ports.find(({ hostPort, protocol }) => hostPort === cut.hostPort && protocol === cut.protocol)
      : undefined
  const command =
    cut.kind === 'unpublish'
      ? rerunCommand(sandbox, {
          ports: ports.filter(
            (port) => port.guestPort !== published?.guestPort || port.protocol !== published.protocol,
          ),
        })
      : rerunCommand(sandbox, {
          mounts: mounts.map((mount) => (mount.target === cut.target ? { ...mount, readOnly: true } : mount)),
        })
  return (
    <div className="panel-recreate">
      <p>{t(cut.kind === 'unpublish' ? 'isolation.cut.unpublishText' : 'isolation.cut.readOnlyText')}</p>
      <CopyableCommand command={command} thing={t('isolation.cut.command')} />
    </div>
  )
}
