import { afterEach, expect, test } from 'vitest'
import { giveStylesTheNonce, setStylesThroughCssom } from './page-setup.ts'

afterEach(() => document.head.replaceChildren())

test('style elements get the nonce of the page, others do not', () => {
  const page = document.implementation.createHTMLDocument()
  page.head.innerHTML = '<meta name="csp-nonce" content="abc">'
  giveStylesTheNonce(page)

  expect(page.createElement('style').getAttribute('nonce')).toBe('abc')
  expect(page.createElement('div').hasAttribute('nonce')).toBe(false)
})

test('a style attribute set as text takes the way the policy allows', () => {
  const calls: string[] = []
  const prototype = { setAttribute: (name: string) => calls.push(name) } as unknown as HTMLElement
  setStylesThroughCssom(prototype)
  const element = Object.assign(Object.create(prototype) as HTMLElement, { style: { cssText: '' } })
  element.setAttribute('style', 'color:#123456')
  element.setAttribute('title', 'x')

  expect(element.style.cssText).toBe('color:#123456')
  expect(calls).toEqual(['title'])
})
