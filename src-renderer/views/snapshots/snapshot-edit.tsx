import { Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Snapshot, SnapshotName } from '#contract/snapshot'
import { changeSnapshot } from '../../actions/snapshot-actions.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { RenameForm } from '../../components/rename-form.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { DiskIcon, LiveIcon } from './tree-card.tsx'

interface Props {
  readonly snapshot: Snapshot
}

/** Its name with the shape of its kind; the name can be changed in place. */
export function SnapshotTitle({ snapshot }: Props): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [renaming, setRenaming] = useState(false)
  if (renaming) {
    return (
      <RenameForm
        className="panel-rename"
        name={snapshot.name}
        label={t('snapshots.panel.nameField')}
        isValid={(name) => SnapshotName.safeParse(name).success}
        problem={t('snapshots.panel.nameInvalid')}
        onRename={(name) => changeSnapshot(snapshot.id, { name })}
        onClose={() => setRenaming(false)}
      />
    )
  }
  return (
    <>
      <svg className="panel-kind" data-live={snapshot.live !== null} viewBox="-1 -1 18 18" aria-hidden="true">
        {snapshot.live ? <LiveIcon /> : <DiskIcon />}
      </svg>
      <div>
        <h2 className="truncate" title={snapshot.name}>
          {snapshot.name}
        </h2>
        <span className="panel-note">{t(snapshot.live ? 'snapshots.tree.live' : 'snapshots.tree.disk')}</span>
      </div>
      <IconButton
        size="small"
        label={t('snapshots.panel.rename')}
        disabledReason={live ? undefined : t('shell.agent.disabled')}
        onClick={() => setRenaming(true)}
      >
        <Pencil />
      </IconButton>
    </>
  )
}

/** The note as text; a press makes it a field. */
export function NoteEditor({ snapshot }: Props): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [draft, setDraft] = useState<string | null>(null)
  const save = async (): Promise<void> => {
    if (draft === null) return
    if (draft.trim() === snapshot.note || (await changeSnapshot(snapshot.id, { note: draft.trim() }))) setDraft(null)
  }
  if (draft === null)
    return (
      <section className="panel-section">
        {snapshot.note && <p className="panel-text">{snapshot.note}</p>}
        <Button
          size="small"
          kind="quiet"
          className="panel-note-button"
          disabled={!live}
          onClick={() => setDraft(snapshot.note)}
        >
          <Pencil aria-hidden="true" />
          {t(snapshot.note ? 'snapshots.panel.noteEdit' : 'snapshots.panel.noteEmpty')}
        </Button>
      </section>
    )
  return (
    <form
      className="panel-section"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <textarea
        // The person has just asked to type here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        className="input note-input"
        aria-label={t('snapshots.panel.note')}
        rows={4}
        maxLength={4096}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setDraft(null)}
      />
      <div className="panel-buttons">
        <Button size="small" onClick={() => setDraft(null)}>
          {t('common.cancel')}
        </Button>
        <Button size="small" kind="primary" type="submit" disabled={!live}>
          {t('common.save')}
        </Button>
      </div>
    </form>
  )
}
