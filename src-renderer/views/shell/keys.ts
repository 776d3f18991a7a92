/** Every key of the window, by where it works. What a person reads of it is in `copy/en/shell.ts`. */
export const keyGroups = {
  everywhere: { commands: 'Ctrl K', create: 'N', search: '/', keys: '?' },
  terminal: {
    commands: 'Ctrl Shift P',
    leave: 'Ctrl Shift ↑',
    next: 'Ctrl Tab',
    previous: 'Ctrl Shift Tab',
    open: 'Ctrl Shift T',
    close: 'Ctrl Shift W',
    copy: 'Ctrl Shift C',
    paste: 'Ctrl Shift V',
    find: 'Ctrl Shift F',
    larger: 'Ctrl +',
    smaller: 'Ctrl -',
    link: 'Ctrl Click',
  },
  editor: { save: 'Ctrl S', indent: 'Tab', leave: 'Esc Tab' },
} as const
