import { X } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from './button.tsx'
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
  const onOpen = (event: Event): void => {
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

/** The first thing to type in or to choose, else the dialog itself: not the close button that comes before all. */
function focusFirstField(event: Event): void {
  const place = event.currentTarget instanceof HTMLElement ? event.currentTarget : null
  const field = place?.querySelector<HTMLElement>('input, [role="radio"][aria-checked="true"]')
  event.preventDefault()
  if (!field) return place?.focus()
  field.focus()
  if (field instanceof HTMLInputElement) field.select()
}
