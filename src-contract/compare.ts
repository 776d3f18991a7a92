import * as z from 'zod'
import { FileKind, TreePath, TreeRef } from './files.ts'
import { operation } from './operation.ts'
import { Wording } from './wire-texts.ts'

export const FileFacts = z.strictObject({
  kind: FileKind,
  size: z.int().nonnegative(),
  mode: z.int().min(0).max(0o7777),
  uid: z.int().nonnegative(),
  gid: z.int().nonnegative(),
})
export type FileFacts = z.infer<typeof FileFacts>

export const FileChange = z.strictObject({
  /** Escaped text, absolute. */
  path: z.string(),
  change: z.enum(['added', 'changed', 'deleted']),
  before: FileFacts.nullable(),
  after: FileFacts.nullable(),
  /** What of it differs: empty for added and deleted. */
  what: z.array(z.enum(['kind', 'content', 'mode', 'owner', 'target', 'device', 'attributes'])),
})
export type FileChange = z.infer<typeof FileChange>

const Pair = z.strictObject({ before: TreeRef, after: TreeRef })

export const compareFiles = operation({
  name: 'compare.files',
  method: 'GET',
  path: '/v1/compare/files',
  summary: 'Files that were added, changed or deleted from one tree to the other, by path.',
  request: Pair.extend({
    path: TreePath.default('/'),
    offset: z.int().min(0).default(0),
    limit: z.int().min(1).max(10_000).default(1000),
  }),
  response: z.strictObject({
    changes: z.array(FileChange),
    total: z.int().nonnegative(),
    added: z.int().nonnegative(),
    changed: z.int().nonnegative(),
    deleted: z.int().nonnegative(),
    /** Bytes of what was added and of the new content of what was changed. */
    addedBytes: z.int().nonnegative(),
  }),
})

export const compareText = operation({
  name: 'compare.text',
  method: 'GET',
  path: '/v1/compare/text',
  summary: 'The difference of one text file as a unified diff.',
  request: Pair.extend({ path: TreePath }),
  response: z.strictObject({
    /** Null where there is no text to compare; then `why` says so. */
    diff: z.string().nullable(),
    why: z.string().nullable(),
    whyWording: Wording.optional(),
  }),
})

export const PackageChange = z.strictObject({
  /** `dpkg`, `apk`, `rpm`, `pip`, `npm` */
  manager: z.string(),
  name: z.string(),
  /** Null: not there. */
  before: z.string().nullable(),
  after: z.string().nullable(),
})
export type PackageChange = z.infer<typeof PackageChange>

export const comparePackages = operation({
  name: 'compare.packages',
  method: 'GET',
  path: '/v1/compare/packages',
  summary: 'Packages that were added, removed or changed, as the trees themselves have them on record.',
  request: Pair,
  response: z.strictObject({
    changes: z.array(PackageChange),
    /** Sentences on what could not be read. */
    notes: z.array(z.string()),
    notesWordings: z.array(Wording).optional(),
  }),
})

export const compareConfig = operation({
  name: 'compare.config',
  method: 'GET',
  path: '/v1/compare/config',
  summary: 'Differences of configuration, limits and policy.',
  request: Pair,
  response: z.strictObject({
    changes: z.array(
      z.strictObject({
        area: z.enum(['configuration', 'limits', 'policy']),
        /** `spec.limits.memoryBytes` */
        field: z.string(),
        before: z.string(),
        after: z.string(),
      }),
    ),
  }),
})
