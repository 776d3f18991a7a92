import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { toSafeTitle } from '../../model/plain-text.ts'
import { nameTab, type TabKey } from '../../store/dock-layout.ts'
import { changeLayout } from '../../store/dock-store.ts'
import { closeDockDialogs, useDockDialogs } from './dialog-store.ts'
import type { DockItem } from './dock-items.ts'
import { NewTerminalForm } from './new-terminal-form.tsx'

/** The questions of the dock. */
export function DockDialogs({ items }: { readonly items: ReadonlyMap<TabKey, DockItem> }): ReactNode {
  const { t } = useTranslation()
  const { renaming, choosing } = useDockDialogs()
  const item = renaming === null ? undefined : items.get(renaming)
  const onOpenChange = (open: boolean): void => {
    if (!open) closeDockDialogs()
  }
  return (
    <>
      <Dialog
        open={item !== undefined}
        onOpenChange={onOpenChange}
        title={t('dock.renameTitle', { title: item?.title ?? '' })}
        description={t('dock.renameText')}
      >
        {item && <RenameTabForm item={item} />}
      </Dialog>
      <Dialog
        open={choosing}
        onOpenChange={onOpenChange}
        title={t('dock.chooser.title')}
        description={t('dock.chooser.text')}
      >
        <NewTerminalForm />
      </Dialog>
    </>
  )
}

function RenameTabForm({ item: { key, title } }: { readonly item: DockItem }): ReactNode {
  const { t } = useTranslation()
  const [name, setName] = useState(title)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    changeLayout((layout) => nameTab(layout, key, toSafeTitle(name)))
    closeDockDialogs()
  }
  return (
    <form onSubmit={submit}>
      <div className="dialog-body">
        <TextField label={t('dock.renameField')} value={name} onChange={setName} maxLength={32} />
      </div>
      <div className="dialog-foot">
        <Button onClick={closeDockDialogs}>{t('common.cancel')}</Button>
        <Button kind="primary" type="submit">
          {t('common.save')}
        </Button>
      </div>
    </form>
  )
}
