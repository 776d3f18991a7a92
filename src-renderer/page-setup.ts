import * as z from 'zod'

/**
 * What must hold before any other module runs; imported first by main.tsx.
 *
 * zod would try `new Function` for faster parsers, which the content security policy reports as a violation.
 */
z.config({ jitless: true })

/**
 * The policy allows style elements only with this page's nonce, and xterm, sonner and the scroll lock make some.
 * Wrapping `createElement` covers all of them; xterm's `documentOverride` and get-nonce each cover only one, and
 * sonner has no way at all. Scripts of the page are trusted, so this opens nothing for injected markup.
 */
export function giveStylesTheNonce(page: Document): void {
  const nonce = page.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content
  if (!nonce) return
  const create = page.createElement.bind(page) as (tag: string, options?: ElementCreationOptions) => HTMLElement
  const createWithNonce = (tag: string, options?: ElementCreationOptions): HTMLElement => {
    const element = create(tag, options)
    if (element.localName === 'style') element.setAttribute('nonce', nonce)
    return element
  }
  page.createElement = createWithNonce as typeof page.createElement
}

/**
 * xterm's DOM renderer sets 24-bit colours with `setAttribute('style', …)`, which the policy blocks as inline style.
 * The same text through the CSS object model is allowed.
 */
export function setStylesThroughCssom(prototype: HTMLElement): void {
  const setAttribute = prototype.setAttribute
  prototype.setAttribute = function set(this: HTMLElement, name: string, value: string): void {
    if (name === 'style') this.style.cssText = value
    else setAttribute.call(this, name, value)
  }
}

giveStylesTheNonce(document)
setStylesThroughCssom(HTMLElement.prototype)
