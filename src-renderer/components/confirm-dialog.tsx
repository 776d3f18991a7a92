import { AlertDialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button.tsx'
import { useCountedDialog } from './open-dialogs.ts'
import { useFocusReturn } from './use-focus-return.ts'
import './dialog.css'

export interface Question {
  readonly title: string
  /** What will happen, and what will be lost. */
  readonly text: string
  /** What it is about, one a line. */
  readonly list?: readonly string[]
  readonly confirm: string
  readonly danger?: boolean
  readonly onConfirm: () => void
  /** Another thing that can be done in its place. */
  readonly other?: { readonly label: string; readonly onSelect: () => void }
}

interface Props {
  readonly question: Question | null
  readonly onClose: () => void
}

/** One question with two answers, or three; the safe one has the focus. */
export function ConfirmDialog({ question, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const focus = useFocusReturn()
  useCountedDialog(question !== null)
  if (question === null) return null
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="scrim" />
        <AlertDialog.Content className="dialog" data-size="small" {...focus}>
          <div className="dialog-head">
            <AlertDialog.Title>{question.title}</AlertDialog.Title>
          </div>
          <div className="dialog-body">
            <AlertDialog.Description className="dialog-text">{question.text}</AlertDialog.Description>
            {question.list && question.list.length > 0 && (
              <ul className="dialog-list">
                {question.list.map((line, index) => (
                  <li key={`${index}-${line}`}>{line}</li>
                ))}
              </ul>
            )}
          </div>
          <div className="dialog-foot">
            <AlertDialog.Cancel asChild>
              <Button>{t('common.cancel')}</Button>
            </AlertDialog.Cancel>
            {question.other && (
              <AlertDialog.Action asChild onClick={question.other.onSelect}>
                <Button>{question.other.label}</Button>
              </AlertDialog.Action>
            )}
            <AlertDialog.Action asChild onClick={question.onConfirm}>
              <Button kind={question.danger ? 'danger' : 'primary'}>{question.confirm}</Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
