import { X } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from './button.tsx'
import { useCountedDialog } from './open-dialogs.ts'
import { useFocusReturn } from './use-focus-return.ts'
import './dialog.css'

interface Props {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly description: string
  readonly size?: 'normal' | 'wide'
  readonly children: ReactNode
}

export function Dialog({ open, onOpenChange, title, description, size = 'normal', children }: Props): ReactNode {
  const { t } = useTranslation()
  const { onOpenAutoFocus, onCloseAutoFocus } = useFocusReturn()
  useCountedDialog(open)
  /** A press beside it, which slips easily, is not to throw away what was typed. */
  const isEdited = useRef(false)
  const onOpen = (event: Event): void => {
    isEdited.current = false
    onOpenAutoFocus()
    focusFirstField(event)
  }
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="scrim" />
        <Primitive.Content
          className="dialog"
          data-size={size}
          onOpenAutoFocus={onOpen}
          onEscapeKeyDown={(event) => isListOpen(event.target) && event.preventDefault()}
          onInteractOutside={(event) => (isEdited.current || isOnToast(event.target)) && event.preventDefault()}
          onInput={() => {
            isEdited.current = true
          }}
          onCloseAutoFocus={onCloseAutoFocus}
        >
          <div className="dialog-head">
            <div>
              <Primitive.Title>{title}</Primitive.Title>
              <Primitive.Description>{description}</Primitive.Description>
            </div>
            <Primitive.Close asChild>
              <IconButton label={t('common.close')}>
                <X />
              </IconButton>
            </Primitive.Close>
          </div>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

/** What is said of an action lies over the dialog and is none of its outside. */
function isOnToast(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-sonner-toaster]') !== null
}

/** Escape closes what is innermost: here the suggestions of a field. */
function isListOpen(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('[role="combobox"][aria-expanded="true"]')
}

/** The first thing to type in or to choose, else the dialog itself: not the close button that comes before all. */
function focusFirstField(event: Event): void {
  const place = event.currentTarget instanceof HTMLElement ? event.currentTarget : null
  const field = place?.querySelector<HTMLElement>('input, [role="radio"][aria-checked="true"]')
  event.preventDefault()
  if (!field) return place?.focus()
  field.focus()
  if (field instanceof HTMLInputElement) field.select()
}
