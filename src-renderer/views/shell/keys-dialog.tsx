import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../components/dialog.tsx'
import { uiStore, useUi } from '../../store/ui-store.ts'
import { keyGroups } from './keys.ts'

/** All keys on one sheet. */
export function KeysDialog(): ReactNode {
  const { t } = useTranslation()
  const open = useUi((state) => state.keysOpen)
  return (
    <Dialog
      open={open}
      onOpenChange={(keysOpen) => uiStore.setState({ keysOpen })}
      title={t('keys.title')}
      description={t('keys.description')}
    >
      <div className="dialog-body keys-sheet" tabIndex={0}>
        <Group title={t('keys.everywhere')} rows={rowsOf('everywhere', (key) => t(`keys.of.everywhere.${key}`))} />
        <Group title={t('keys.editor')} rows={rowsOf('editor', (key) => t(`keys.of.editor.${key}`))} />
        <Group title={t('keys.tab')} rows={rowsOf('tab', (key) => t(`keys.of.tab.${key}`))} />
        <Group title={t('keys.terminal')} rows={rowsOf('terminal', (key) => t(`keys.of.terminal.${key}`))} />
      </div>
    </Dialog>
  )
}

interface Row {
  readonly keys: string
  readonly text: string
}

function rowsOf<Name extends keyof typeof keyGroups>(
  name: Name,
  textOf: (key: keyof (typeof keyGroups)[Name]) => string,
): readonly Row[] {
  const keys = Object.keys(keyGroups[name]) as (keyof (typeof keyGroups)[Name])[]
  return keys.map((key) => ({ keys: String(keyGroups[name][key]), text: textOf(key) }))
}

function Group({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }): ReactNode {
  return (
    <section>
      <h3 className="group-title">{title}</h3>
      <dl>
        {rows.map(({ keys, text }) => (
          <div key={text} className="keys-row">
            <dt>{text}</dt>
            <dd>
              {keys.split(' ').map((key) => (
                <kbd key={key} className="kbd">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
