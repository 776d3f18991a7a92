import { Eye, EyeOff, Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatGrant } from '#contract/grant-text'
import { portText } from '#contract/port-text'
import type { Sandbox } from '#contract/sandbox'
import { Button, IconButton } from '../../components/button.tsx'
import { ClassBadge } from '../../components/class-badge.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { shortImageName } from '../../model/image-name.ts'
import { formatMoment } from '../../model/locale.ts'
import { joinShellWords } from '../../model/shell-words.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { EditDialog } from '../edit/edit-dialog.tsx'
import { nameOfField } from '../edit/edit-plan.tsx'
import { Fact, FactsCard } from './facts-card.tsx'
import { FieldFacts } from './field-facts.tsx'
import { LimitsCard } from './limits-card.tsx'

interface Props {
  readonly sandbox: Sandbox
}

/** Everything that is known of a sandbox, by subject. */
export function FactsTab({ sandbox }: Props): ReactNode {
  return (
    <>
      <EditBar sandbox={sandbox} />
      <div className="facts">
        <Identity sandbox={sandbox} />
        <MainProcess sandbox={sandbox} />
        <LimitsCard sandbox={sandbox} />
        <Network sandbox={sandbox} />
        <Mounts sandbox={sandbox} />
        <Grants sandbox={sandbox} />
        <Environment sandbox={sandbox} />
      </div>
    </>
  )
}

/** The way to change it, and what of a change is still to come. */
function EditBar({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [editing, setEditing] = useState(false)
  const fields = Object.keys(sandbox.pending?.spec ?? {}).map((field) => nameOfField(field, t))
  const settled = ['created', 'stopped', 'running', 'paused'].includes(sandbox.state)
  return (
    <div className="facts-bar">
      {fields.length > 0 && <p>{t('edit.pending', { fields: fields.join(', ') })}</p>}
      <Button disabled={!live || !settled} onClick={() => setEditing(true)}>
        <Pencil aria-hidden="true" />
        {t('edit.button')}
      </Button>
      <EditDialog sandbox={sandbox} open={editing} onClose={() => setEditing(false)} />
    </div>
  )
}

function when(time: string | null): string {
  return time === null ? '–' : formatMoment(time)
}

function Identity({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const image = shortImageName(sandbox.image)
  const { id, imageDigest, engine, pid, createdAt, startedAt } = sandbox
  return (
    <FactsCard title={t('detail.facts.identity')}>
      <dl>
        <Fact name={t('detail.facts.id')} copy={id}>
          <code>{id}</code>
        </Fact>
        <Fact name={t('detail.facts.class')}>
          <ClassBadge value={sandbox.class} />
        </Fact>
        <Fact name={t('detail.facts.engine')}>{engine ?? '–'}</Fact>
        <Fact name={t('detail.facts.pid')}>{pid ?? '–'}</Fact>
        <Fact name={t('detail.facts.image')} copy={image}>
          {image}
        </Fact>
        <Fact name={t('detail.facts.digest')} copy={imageDigest}>
          <code>{imageDigest.slice(0, 19)}…</code>
        </Fact>
        <Fact name={t('detail.facts.created')}>{when(createdAt)}</Fact>
        <Fact name={t('detail.facts.started')}>{when(startedAt)}</Fact>
      </dl>
    </FactsCard>
  )
}

function MainProcess({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const { argv, spec } = sandbox
  const command = joinShellWords(argv)
  const image = useAgent(({ images }) => images.get(sandbox.imageDigest)?.config)
  return (
    <FactsCard title={t('detail.facts.process')}>
      <dl>
        <Fact name={t('detail.facts.command')} copy={command}>
          <code>{command}</code>
        </Fact>
        <FieldFacts card="process" spec={spec} image={image} />
      </dl>
    </FactsCard>
  )
}

function Network({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const { address, ports, spec } = sandbox
  return (
    <FactsCard title={t('detail.facts.network')}>
      <dl>
        <FieldFacts card="network" spec={spec} />
        <Fact name={t('detail.facts.address')} copy={address}>
          {address ?? '–'}
        </Fact>
        {ports.map(({ hostPort, guestPort, protocol }) => (
          <Fact
            key={`${hostPort}-${portText(guestPort, protocol)}`}
            name={t('detail.facts.ports')}
            copy={`127.0.0.1:${hostPort}`}
          >
            {t('detail.facts.portPair', { host: `127.0.0.1:${hostPort}`, guest: portText(guestPort, protocol) })}
          </Fact>
        ))}
      </dl>
    </FactsCard>
  )
}

function Mounts({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const { mounts, volumes } = sandbox.spec
  if (mounts.length + volumes.length === 0) return null
  return (
    <FactsCard title={t('detail.facts.mounts')}>
      <dl>
        {mounts.map(({ source, target, readOnly }) => (
          <Fact key={target} name={target} copy={source}>
            {source} ({t(readOnly ? 'detail.facts.readOnly' : 'detail.facts.readWrite')})
          </Fact>
        ))}
        {volumes.map(({ volume, own, target, readOnly }) => (
          <Fact key={target} name={target} copy={volume ?? ''}>
            {own ? t('detail.facts.ownVolume') : t('detail.facts.volume', { name: volume ?? '' })} (
            {t(readOnly ? 'detail.facts.readOnly' : 'detail.facts.readWrite')})
          </Fact>
        ))}
      </dl>
    </FactsCard>
  )
}

function Grants({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const { grants } = sandbox.spec
  if (grants.length === 0) return null
  return (
    <FactsCard title={t('detail.facts.grants')}>
      <dl>
        {grants.map((grant) => (
          <Fact key={formatGrant(grant)} name={t(`grants.kind.${grant.kind}`)} copy={formatGrant(grant)}>
            <code>{formatGrant(grant)}</code>
          </Fact>
        ))}
      </dl>
    </FactsCard>
  )
}

function Environment({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const entries = Object.entries(sandbox.spec.env)
  if (entries.length === 0) return null
  return (
    <FactsCard title={t('detail.facts.environment')}>
      <dl>
        {entries.map(([name, value]) => (
          <Variable key={name} name={name} value={value} />
        ))}
      </dl>
    </FactsCard>
  )
}

/** Values may be secrets: they are shown when requested. */
function Variable({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  return (
    <div className="fact">
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        {shown ? (
          <code>{value}</code>
        ) : (
          <span role="img" aria-label={t('detail.facts.hidden')}>
            ••••••••
          </span>
        )}
        <span className="input-row">
          <IconButton
            size="small"
            label={t(shown ? 'detail.facts.hideValue' : 'detail.facts.showValue', { name })}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff /> : <Eye />}
          </IconButton>
          <CopyButton text={value} thing={name} />
        </span>
      </dd>
    </div>
  )
}
