import { Tooltip as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { findLayer } from './layer.ts'
import './popover.css'

interface Props {
  readonly text: string
  readonly children: ReactNode
}

/** A word on hover and focus. Never the only place where something is said. */
export function Tooltip({ text, children }: Props): ReactNode {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal container={findLayer()}>
        <Primitive.Content className="tooltip" sideOffset={6} collisionPadding={8}>
          {text}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

export function TooltipProvider({ children }: { readonly children: ReactNode }): ReactNode {
  return <Primitive.Provider delayDuration={350}>{children}</Primitive.Provider>
}
