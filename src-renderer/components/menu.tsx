import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { findLayer } from './layer.ts'
import './popover.css'

export interface MenuItem {
  readonly key: string
  readonly label: string
  readonly icon?: ReactNode
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly onSelect: () => void
}

interface Props {
  /** The button that opens it; must have an accessible name. */
  readonly trigger: ReactNode
  /** Groups are parted by a line; empty ones leave none. */
  readonly groups: readonly (readonly MenuItem[])[]
  readonly align?: 'start' | 'end'
  /** Where something else than its button opens it too. */
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  /** Where the focus goes when it closes, if not to its button. */
  readonly onCloseAutoFocus?: (event: Event) => void
}

export function Menu({ trigger, groups, align = 'end', onCloseAutoFocus, ...controlled }: Props): ReactNode {
  const shown = groups.filter((group) => group.length > 0)
  return (
    <DropdownMenu.Root modal={false} {...controlled}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={findLayer()}>
        <DropdownMenu.Content
          className="menu"
          align={align}
          sideOffset={5}
          collisionPadding={8}
          {...(onCloseAutoFocus ? { onCloseAutoFocus } : {})}
        >
          {shown.map((group, index) => (
            <DropdownMenu.Group key={group[0]?.key}>
              {index > 0 && <DropdownMenu.Separator className="menu-separator" />}
              {group.map((item) => (
                <MenuRow key={item.key} item={item} />
              ))}
            </DropdownMenu.Group>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function MenuRow({ item }: { readonly item: MenuItem }): ReactNode {
  const { label, icon, danger = false, disabled = false, onSelect } = item
  return (
    <DropdownMenu.Item className="menu-item" data-danger={danger} disabled={disabled} onSelect={onSelect}>
      {icon}
      {label}
    </DropdownMenu.Item>
  )
}
