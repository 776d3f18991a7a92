import type { DragEvent } from 'react'
import type { TabKey } from '../../store/dock-layout.ts'

/** No other program knows this type, so nothing but a tab of this window is taken for one. */
const type = 'application/x-joey-tab'

export function startTabDrag(event: DragEvent, key: TabKey): void {
  event.dataTransfer.setData(type, key)
  event.dataTransfer.effectAllowed = 'move'
}

export function isTabDrag(event: DragEvent): boolean {
  return event.dataTransfer.types.includes(type)
}

/** To be read only where it is dropped: before, a browser does not tell. */
export function draggedTab(event: DragEvent): TabKey {
  return event.dataTransfer.getData(type)
}
