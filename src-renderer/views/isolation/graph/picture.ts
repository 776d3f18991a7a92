/** What makes a shape look as it does here; the rest of a computed style means nothing in a picture. */
const properties = [
  ...['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'stroke-linecap', 'opacity'],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor'],
] as const

/** Unseen helpers of the page. */
const helpers = '.wire-reach'

/** The graph as a file of its own: the whole of it, as the page draws it, without the page's style sheets. */
export function pictureOf(svg: SVGSVGElement): string {
  const width = Number(svg.dataset['width'])
  const height = Number(svg.dataset['height'])
  const copy = svg.cloneNode(true) as SVGSVGElement
  copyStyles(svg, copy)
  for (const helper of copy.querySelectorAll(helpers)) helper.remove()
  for (const element of [copy, ...copy.querySelectorAll('*')]) dropPageAttributes(element)
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`)
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  copy.querySelector('g')?.removeAttribute('transform')
  copy.prepend(makeBackground(svg, width, height))
  return new XMLSerializer().serializeToString(copy)
}

function copyStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from)
  for (const property of properties) {
    const value = style.getPropertyValue(property)
    if (value) to.setAttribute(property, value)
  }
  for (const [index, child] of [...from.children].entries()) {
    const twin = to.children[index]
    if (twin) copyStyles(child, twin)
  }
}

function dropPageAttributes(element: Element): void {
  for (const { name } of [...element.attributes]) {
    if (/^(class|tabindex|data-|aria-|role|style)/.test(name)) element.removeAttribute(name)
  }
}

function makeBackground(svg: SVGSVGElement, width: number, height: number): SVGRectElement {
  const background = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  background.setAttribute('width', String(width))
  background.setAttribute('height', String(height))
  background.setAttribute('fill', getComputedStyle(svg.parentElement ?? svg).backgroundColor || 'none')
  return background
}

const sharpness = 2
/** Chromium draws no larger canvas. */
const mostPixels = 16_000

/** The same as pixels, twice as fine as on the screen where that is possible. Base64 without its prefix. */
export async function toPng(picture: string): Promise<string> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture)}`
  await image.decode()
  const scale = Math.min(sharpness, mostPixels / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.width * scale)
  canvas.height = Math.round(image.height * scale)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('This window cannot draw.')
  pen.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/png').slice('data:image/png;base64,'.length)
}
