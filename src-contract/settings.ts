import * as z from 'zod'
import { operation } from './operation.ts'
import { IsolationClass } from './sandbox.ts'

/** What the person has chosen for all sandboxes. */
export const Settings = z.strictObject({
  /** The class of a sandbox for which none is given. */
  defaultClass: IsolationClass.default('container'),
  /** Check a sandbox from inside after each change of class, grants or network. */
  selfTestAfterChange: z.boolean().default(false),
  /** Hours between checks of every running sandbox; null: only on demand. */
  selfTestEveryHours: z.int().min(1).max(720).nullable().default(null),
})
export type Settings = z.infer<typeof Settings>

export const readSettings = operation({
  name: 'settings.read',
  method: 'GET',
  path: '/v1/settings',
  summary: 'Reads the settings.',
  request: z.strictObject({}),
  response: Settings,
})

export const updateSettings = operation({
  name: 'settings.update',
  method: 'PATCH',
  path: '/v1/settings',
  summary: 'Changes the settings that are named.',
  request: z.strictObject({
    defaultClass: IsolationClass.optional(),
    selfTestAfterChange: z.boolean().optional(),
    selfTestEveryHours: z.int().min(1).max(720).nullable().optional(),
  }),
  response: Settings,
})
