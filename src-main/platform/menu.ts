import type { MenuItemConstructorOptions } from 'electron'

/**
 * The menu is never shown; it carries the shortcuts. None of them may take a key from a shell: no Ctrl+W, Ctrl+R or
 * Ctrl+Q, and no letters with Alt. Copy and paste reach the page by themselves and need no entry's key.
 */
export function menuTemplate({ isDevelopment }: { readonly isDevelopment: boolean }): MenuItemConstructorOptions[] {
  const development: MenuItemConstructorOptions[] = [
    { role: 'reload', accelerator: 'F5' },
    { role: 'toggleDevTools', accelerator: 'CommandOrControl+Shift+I' },
  ]
  return [
    {
      label: 'Joey',
      submenu: [
        { role: 'close', accelerator: 'CommandOrControl+Shift+W' },
        { role: 'quit', accelerator: 'CommandOrControl+Shift+Q' },
      ],
    },
    {
      label: 'Edit',
      submenu: [
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll', registerAccelerator: false },
      ],
    },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(isDevelopment ? development : []),
      ],
    },
  ]
}
