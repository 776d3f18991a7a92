import { Check } from 'lucide-react'
import { ContextMenu, DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { findLayer } from './layer.ts'
import './popover.css'

export interface MenuItem {
  readonly key: string
  readonly label: string
  readonly icon?: ReactNode
  readonly danger?: boolean
  readonly disabled?: boolean
  /** Something that is on or off. */
  readonly checked?: boolean
  /** The keys that do the same. */
  readonly keys?: string
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
          <MenuRows groups={groups} parts={DropdownMenu} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface ContextProps extends Pick<Props, 'groups' | 'onCloseAutoFocus'> {
  /** The one element whose right-click, or menu key, opens it. */
  readonly children: ReactNode
  readonly onOpenChange?: (open: boolean) => void
  readonly disabled?: boolean
}

/** The menu of a right-click. All that it offers is to be reached in another way too. */
export function RightClickMenu({ children, groups, onCloseAutoFocus, ...rest }: ContextProps): ReactNode {
  return (
    <ContextMenu.Root modal={false} {...rest}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal container={findLayer()}>
        <ContextMenu.Content className="menu" collisionPadding={8} {...(onCloseAutoFocus ? { onCloseAutoFocus } : {})}>
          <MenuRows groups={groups} parts={ContextMenu} />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

/** Both menus have the same parts. */
type Parts = Pick<typeof DropdownMenu, 'Group' | 'Separator' | 'Item' | 'CheckboxItem' | 'ItemIndicator'>

interface RowsProps extends Pick<Props, 'groups'> {
  readonly parts: Parts
}

function MenuRows({ groups, parts }: RowsProps): ReactNode {
  const shown = groups.filter((group) => group.length > 0)
  return shown.map((group, index) => (
    <parts.Group key={group[0]?.key}>
      {index > 0 && <parts.Separator className="menu-separator" />}
      {group.map((item) => (
        <MenuRow key={item.key} item={item} parts={parts} />
      ))}
    </parts.Group>
  ))
}

function MenuRow({ item, parts }: { readonly item: MenuItem; readonly parts: Parts }): ReactNode {
  const { label, icon, danger = false, disabled = false, checked, keys, onSelect } = item
  const words = (
    <>
      {icon}
      {label}
      {keys && (
        <span className="menu-keys" aria-hidden="true">
          {keys}
        </span>
      )}
    </>
  )
  const common = { className: 'menu-item', 'data-danger': danger, disabled, onSelect }
  if (checked === undefined) return <parts.Item {...common}>{words}</parts.Item>
  return (
    <parts.CheckboxItem {...common} checked={checked}>
      {words}
      <parts.ItemIndicator className="menu-check">
        <Check />
      </parts.ItemIndicator>
    </parts.CheckboxItem>
  )
}
