/** What most fields have in common: they belong to the program, and are as they were made. */
export const ofProgram = { takesEffect: 'nextStart', isPolicy: false, restored: 'then', inBundle: 'carried' } as const
export const ofPolicy = {
  takesEffect: 'nextStart',
  isPolicy: true,
  restored: 'narrowed',
  inBundle: 'requested',
} as const
