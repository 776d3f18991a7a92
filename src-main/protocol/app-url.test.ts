import { expect, test } from 'vitest'
import { isAppPage, isAppUrl, isPublishedPort } from './app-url.ts'

test.each([
  ['app://joey/index.html', true],
  ['app://joey/assets/a.js', true],
  ['app://joey.example.com/index.html', false],
  ['app://other/index.html', false],
  ['app://user@joey/index.html', false],
  ['https://joey/index.html', false],
  ['file:///index.html', false],
  ['not a url', false],
  ['', false],
])('%s belongs to the app: %s', (url, expected) => {
  expect(isAppUrl(url)).toBe(expected)
})

test.each([
  ['app://joey/', true],
  ['app://joey/index.html#/sandboxes/1', true],
  ['app://joey/assets/a.js', false],
])('%s is the page: %s', (url, expected) => {
  expect(isAppPage(url)).toBe(expected)
})

test.each([
  ['http://127.0.0.1:8080/', true],
  ['http://localhost:8080/a?b=c', true],
  ['https://[::1]:8443/', true],
  ['http://127.0.0.1/', false],
  ['http://127.0.0.1.example.com:8080/', false],
  ['http://localhost@example.com:8080/', false],
  ['http://user:secret@localhost:8080/', false],
  ['https://example.com:8080/', false],
  ['http://192.168.1.1:8080/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['vscode://file/etc/passwd', false],
])('%s may be opened outside: %s', (url, expected) => {
  expect(isPublishedPort(url)).toBe(expected)
})
