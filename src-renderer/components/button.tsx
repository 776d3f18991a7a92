import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './tooltip.tsx'
import './button.css'

export interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly size?: 'normal' | 'small'
}

export function Button({ kind = 'plain', size = 'normal', className = '', ...rest }: ButtonProps): ReactNode {
  return <button type="button" className={`button ${className}`} data-kind={kind} data-size={size} {...rest} />
}

interface IconButtonProps extends Omit<ButtonProps, 'aria-label'> {
  /** Its accessible name, and its tooltip unless `hint` says more. */
  readonly label: string
  readonly hint?: string
  /** Why it cannot be used now. It stays reachable by keyboard, so that the reason can be read. */
  readonly disabledReason?: string | undefined
}

/** A button that is only a picture: it always has a name and a tooltip. */
export function IconButton({
  label,
  hint,
  disabledReason,
  onClick,
  kind = 'quiet',
  ...rest
}: IconButtonProps): ReactNode {
  return (
    <Tooltip text={disabledReason ?? hint ?? label}>
      <Button
        aria-label={label}
        aria-disabled={disabledReason !== undefined}
        data-shape="icon"
        kind={kind}
        onClick={disabledReason === undefined ? onClick : undefined}
        {...rest}
      />
    </Tooltip>
  )
}

export function Kbd({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <kbd className="kbd" aria-hidden="true">
      {children}
    </kbd>
  )
}
