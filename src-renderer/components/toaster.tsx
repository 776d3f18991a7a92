import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Toaster as Sonner } from 'sonner'
import { useIsDialogOpen } from './open-dialogs.ts'
import './toaster.css'

/**
 * Results of actions. What needs to stay in sight is said where it belongs instead. They stand where no button is: in the
 * middle of the foot of a page, and over the head of a dialog, whose buttons are at its foot and in its corner.
 */
export function Toaster(): ReactNode {
  const { t } = useTranslation()
  const isOverDialog = useIsDialogOpen()
  return (
    <Sonner
      containerAriaLabel={t('shell.messages')}
      position={isOverDialog ? 'top-center' : 'bottom-center'}
      offset={isOverDialog ? 6 : 16}
      gap={10}
      visibleToasts={isOverDialog ? 1 : 3}
    />
  )
}
