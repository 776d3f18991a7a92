import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { fitAll, type Size, startView, type Viewport, zoomAt } from './viewport.ts'

interface ViewportState {
  readonly viewport: Viewport
  readonly window: Size
  readonly setViewport: (change: (viewport: Viewport) => Viewport) => void
  readonly zoom: (factor: number) => void
  readonly fit: () => void
  readonly drag: {
    readonly onPointerDown: (event: PointerEvent<SVGSVGElement>) => void
    readonly onPointerMove: (event: PointerEvent<SVGSVGElement>) => void
    readonly onPointerUp: (event: PointerEvent<SVGSVGElement>) => void
  }
}

/**
 * Zoom and place of a picture. Until the person moves it, and again once they had it fitted, it follows the window's size
 * and the picture's own; what they moved stays where they put it, whatever comes and goes.
 */
export function useViewport(
  svg: RefObject<SVGSVGElement | null>,
  picture: Size,
  start: (window: Size, picture: Size) => Viewport = startView,
): ViewportState {
  const [window, setWindow] = useState<Size>({ width: 0, height: 0 })
  const [moved, setMoved] = useState<Viewport | 'fitted' | null>(null)
  const from = useRef<{ readonly x: number; readonly y: number } | null>(null)
  const viewport = moved === 'fitted' ? fitAll(window, picture) : (moved ?? start(window, picture))
  const latest = useRef(viewport)
  useEffect(() => {
    latest.current = viewport
  })
  const setViewport = (change: (viewport: Viewport) => Viewport): void => {
    const next = change(latest.current)
    // What changes nothing must not end that the picture follows the window.
    if (next !== latest.current) setMoved(next)
  }

  useEffect(() => {
    const place = svg.current
    if (!place) return
    const measure = (): void => setWindow({ width: place.clientWidth, height: place.clientHeight })
    const onWheel = (event: WheelEvent): void => setMoved(afterWheel(latest.current, event, place))
    const sizes = new ResizeObserver(measure)
    measure()
    sizes.observe(place)
    place.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      sizes.disconnect()
      place.removeEventListener('wheel', onWheel)
    }
  }, [svg])

  return {
    ...{ viewport, window, setViewport },
    zoom: (factor) => setMoved(zoomAt(viewport, factor, { x: window.width / 2, y: window.height / 2 })),
    fit: () => setMoved('fitted'),
    drag: {
      onPointerDown: (event) => {
        if (event.button !== 0 || (event.target as Element).closest('[data-node]')) return
        from.current = { x: event.clientX - viewport.x, y: event.clientY - viewport.y }
        event.currentTarget.setPointerCapture(event.pointerId)
      },
      onPointerMove: (event) => {
        if (from.current)
          setMoved({ ...viewport, x: event.clientX - from.current.x, y: event.clientY - from.current.y })
      },
      onPointerUp: () => {
        from.current = null
      },
    },
  }
}

/** As in other drawing tools: the wheel moves, with Ctrl (which a pinch sends too) it zooms. */
function afterWheel(view: Viewport, event: WheelEvent, place: SVGSVGElement): Viewport {
  event.preventDefault()
  const { left, top } = place.getBoundingClientRect()
  const point = { x: event.clientX - left, y: event.clientY - top }
  if (event.ctrlKey || event.metaKey) return zoomAt(view, Math.exp(-event.deltaY / 300), point)
  return { ...view, x: view.x - event.deltaX, y: view.y - event.deltaY }
}
