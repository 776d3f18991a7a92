import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { type Draft, dropDraft, dropDraftIfSame, isUnsaved, putDraft } from '../../store/drafts-store.ts'
import { ask } from '../../store/ui-store.ts'

interface Props {
  readonly name: string
  readonly draft: Draft
  readonly onSave: () => void
}

/** The text of a file to be changed. What is typed is in the store at once, so that nothing here can lose it. */
export function FileEditor({ name, draft, onSave }: Props): ReactNode {
  const { t } = useTranslation()
  const text = useRef<HTMLTextAreaElement>(null)
  const { tree, path } = draft
  const { onKeyDown, isLeaving } = useEditorKeys({ onSave, onText: (changed) => putDraft({ ...draft, text: changed }) })
  useEffect(() => {
    text.current?.focus()
    return () => dropDraftIfSame({ tree, path })
  }, [tree, path])
  const discard = (): void => {
    if (!isUnsaved(draft)) return dropDraft(draft)
    ask({
      title: t('files.preview.discardTitle', { name }),
      text: t('files.preview.discardText'),
      confirm: t('files.preview.discard'),
      danger: true,
      onConfirm: () => dropDraft(draft),
    })
  }
  return (
    <>
      <div className="file-preview-bar">
        <Button size="small" kind="primary" onClick={onSave}>
          {t('files.preview.save')}
        </Button>
        <Button size="small" onClick={discard}>
          {t(isUnsaved(draft) ? 'files.preview.discard' : 'files.preview.cancel')}
        </Button>
        <span className="file-unsaved" role="status">
          {isLeaving ? t('files.preview.leaving') : isUnsaved(draft) && t('files.preview.unsaved')}
        </span>
      </div>
      <textarea
        ref={text}
        className="input file-editor mono"
        aria-label={t('files.preview.editor', { name })}
        aria-keyshortcuts="Control+S"
        spellCheck={false}
        value={draft.text}
        onChange={(event) => putDraft({ ...draft, text: event.target.value })}
        onKeyDown={onKeyDown}
      />
    </>
  )
}

interface EditorKeysOptions {
  readonly onSave: () => void
  readonly onText: (text: string) => void
}

/** Ctrl+S saves and Tab indents. Tab after Escape leaves, so that the keyboard is not caught. */
function useEditorKeys({ onSave, onText }: EditorKeysOptions) {
  const [isLeaving, setLeaving] = useState(false)
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey
    if (event.key === 'Tab' && plain && !isLeaving) {
      event.preventDefault()
      indent(event.currentTarget, onText)
    } else if (
      event.key.toLowerCase() === 's' &&
      (event.ctrlKey || event.metaKey) &&
      !event.altKey &&
      !event.shiftKey
    ) {
      event.preventDefault()
      onSave()
    }
    setLeaving(event.key === 'Escape')
  }
  return { onKeyDown, isLeaving }
}

/** As if it had been typed, so that it can be undone; where a page cannot do that, without. */
function indent(text: HTMLTextAreaElement, onText: (text: string) => void): void {
  if (typeof document.execCommand === 'function' && document.execCommand('insertText', false, '\t')) return
  text.setRangeText('\t', text.selectionStart, text.selectionEnd, 'end')
  onText(text.value)
}
