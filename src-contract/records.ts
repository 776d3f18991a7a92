import * as z from 'zod'
import { operation } from './operation.ts'

/** What a record can be of. */
export const RecordTable = z.enum([
  'sandboxes',
  'removals',
  'snapshots',
  'images',
  'schedules',
  'selftests',
  'volumes',
  'functions',
  'networks',
])
export type RecordTable = z.infer<typeof RecordTable>

/** A record that the agent could not read and has set aside. What is its on disk is left where it is. */
export const UnreadableEntry = z.strictObject({
  table: RecordTable,
  id: z.string(),
  /** Where the text still shows one. */
  name: z.string().nullable(),
  /** What the reader said. */
  why: z.string(),
  /** When it was set aside. */
  at: z.iso.datetime(),
})
export type UnreadableEntry = z.infer<typeof UnreadableEntry>

export const listUnreadable = operation({
  name: 'records.unreadable',
  method: 'GET',
  path: '/v1/records/unreadable',
  summary: 'Lists the records that could not be read and are set aside. Each start of the agent tries them again.',
  request: z.strictObject({}),
  response: z.array(UnreadableEntry),
})

export const dropUnreadable = operation({
  name: 'records.drop',
  method: 'DELETE',
  path: '/v1/records/unreadable',
  summary: 'Gives up one that is set aside, for good. Its files are removed at the next start of the agent.',
  request: z.strictObject({ table: RecordTable, id: z.string().min(1).max(200) }),
  response: UnreadableEntry,
})
