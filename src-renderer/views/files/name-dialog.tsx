import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type FileEntry, TreePath } from '#contract/files'
import { UserSpec } from '#contract/sandbox'
import { change } from '../../actions/file-actions.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { joinPath } from '../../model/file-content.ts'

/** What is to get a name in which folder. */
export type NameWish =
  | { readonly kind: 'folder' | 'file'; readonly path: string }
  | { readonly kind: 'move'; readonly path: string; readonly name: string }

interface Common {
  readonly tree: string
  readonly onClose: () => void
}

interface NameProps extends Common {
  readonly wish: NameWish
  readonly onDone: (name: string) => void
}

export function NameDialog({ wish, tree, onClose, onDone }: NameProps): ReactNode {
  const { t } = useTranslation()
  const [value, setValue] = useState(wish.kind === 'move' ? joinPath(wish.path, wish.name) : '')
  const isPath = wish.kind === 'move'
  const valid = isPath ? TreePath.safeParse(value).success && value !== '/' : isName(value)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!valid) return
    const done = await change(tree, requestOf(wish, value))
    if (!done) return
    onDone(value)
    onClose()
  }
  const title = {
    folder: t('files.name.folderTitle', { path: wish.path }),
    file: t('files.name.fileTitle', { path: wish.path }),
    move: t('files.name.moveTitle', { name: wish.kind === 'move' ? wish.name : '' }),
  }[wish.kind]
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={t('files.name.description')}>
      <form className="create-form" onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <TextField
            label={t(isPath ? 'files.name.moveField' : 'files.name.field')}
            value={value}
            onChange={setValue}
            problem={value === '' || valid ? undefined : t(isPath ? 'files.name.invalidPath' : 'files.name.invalid')}
          />
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" disabled={!valid}>
            {t(isPath ? 'files.name.move' : 'files.name.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/')
}

function requestOf(wish: NameWish, value: string): Parameters<typeof change>[1] {
  if (wish.kind === 'move') return { kind: 'move', path: joinPath(wish.path, wish.name), to: value }
  return { kind: wish.kind === 'folder' ? 'makeFolder' : 'makeFile', path: joinPath(wish.path, value) }
}

interface ModeProps extends Common {
  readonly onDone: () => void
  readonly path: string
  readonly entry: FileEntry
}

export function ModeDialog({ tree, path, entry, onClose, onDone }: ModeProps): ReactNode {
  const { t } = useTranslation()
  const [mode, setMode] = useState(entry.mode.toString(8).padStart(3, '0'))
  const [owner, setOwner] = useState('')
  const valid = /^[0-7]{3,4}$/.test(mode)
  const ownerValid = owner === '' || UserSpec.safeParse(owner).success
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    // The owner first: the kernel takes set-id bits away with a change of it.
    if (owner !== '' && !(await change(tree, { kind: 'chown', path, owner }))) return
    if (!(await change(tree, { kind: 'chmod', path, mode: Number.parseInt(mode, 8) }))) return
    onDone()
    onClose()
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('files.modeDialog.title', { name: entry.name })}
      description={t('files.modeDialog.description')}
    >
      <form className="create-form" onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <TextField
            label={t('files.modeDialog.field')}
            value={mode}
            onChange={setMode}
            problem={valid ? undefined : t('files.modeDialog.invalid')}
          />
          <TextField
            label={t('files.modeDialog.owner')}
            hint={t('files.modeDialog.ownerHint')}
            placeholder={`${entry.user ?? entry.uid}:${entry.group ?? entry.gid}`}
            value={owner}
            onChange={setOwner}
          />
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" disabled={!valid || !ownerValid}>
            {t('files.modeDialog.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
