import { type KeyboardEvent, type PointerEvent, type UIEvent, useRef, type WheelEvent } from 'react'

/** So near the end counts as at the end. */
const endDistance = 40
const keysUp: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home'])

interface FollowingHandlers {
  readonly onWheel: (event: WheelEvent) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onPointerDown: (event: PointerEvent) => void
  readonly onPointerUp: () => void
  readonly onScroll: (event: UIEvent<HTMLElement>) => void
}

/**
 * Whoever looks back is left in peace: any move up stops the following, be it by a hair, and by wheel, keys or scrollbar
 * before the next line could undo it. A move down that reaches the end starts it again.
 */
export function useFollowing(onFollowing: (following: boolean) => void): FollowingHandlers {
  const last = useRef({ top: 0, height: 0, held: false })
  return {
    onWheel: ({ deltaY }) => {
      if (deltaY < 0) onFollowing(false)
    },
    onKeyDown: ({ key }) => {
      if (keysUp.has(key)) onFollowing(false)
    },
    onPointerDown: ({ target, currentTarget, nativeEvent }) => {
      // Outside of what the box holds is its scrollbar.
      if (target !== currentTarget || nativeEvent.offsetX < currentTarget.clientWidth) return
      last.current.held = true
      onFollowing(false)
    },
    onPointerUp: () => {
      last.current.held = false
    },
    onScroll: ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
      const { top, height, held } = last.current
      last.current = { top: scrollTop, height: scrollHeight, held }
      // Where lines come or go the place moves by itself.
      if (scrollTop < top && scrollHeight === height) onFollowing(false)
      else if (scrollTop > top && !held && scrollHeight - scrollTop - clientHeight < endDistance) onFollowing(true)
    },
  }
}
