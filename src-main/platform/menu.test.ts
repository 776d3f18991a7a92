import type { MenuItemConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import { menuTemplate } from './menu.ts'

const itemsOf = (isDevelopment: boolean): MenuItemConstructorOptions[] =>
  menuTemplate({ isDevelopment }).flatMap(({ submenu }) => submenu as MenuItemConstructorOptions[])

test('reloading and developer tools are for development only', () => {
  const roles = itemsOf(false).map(({ role }) => role)

  expect(roles).not.toContain('reload')
  expect(roles).not.toContain('toggleDevTools')
  expect(itemsOf(true).map(({ role }) => role)).toContain('toggleDevTools')
})

test('no shortcut takes a key that a shell needs', () => {
  // Roles with a default of their own that a shell uses must have been given another one.
  const shellKeys = /^(CommandOrControl|Control|Ctrl)\+[A-Z]$|^Alt\+[A-Z]$/i
  const needOwn = ['close', 'quit', 'reload']

  for (const { role, accelerator } of itemsOf(true)) {
    if (role && needOwn.includes(role)) expect(accelerator).toBeDefined()
    expect(String(accelerator ?? '')).not.toMatch(shellKeys)
  }
})
