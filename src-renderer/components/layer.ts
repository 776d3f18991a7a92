/** Where menus and hints are put: a landmark of the page, so that nothing stands outside of one. */
export const layerId = 'layers'

export function findLayer(): HTMLElement | null {
  return document.getElementById(layerId)
}

export function findMain(): HTMLElement | null {
  return document.getElementById('main')
}
