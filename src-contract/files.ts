import * as z from 'zod'
import { TaskId } from './image.ts'
import { operation, stream } from './operation.ts'
import { UserSpec } from './sandbox.ts'
import { Wording } from './wire-texts.ts'

/** `sandbox:NAME`, `snapshot:REF` or `image:REF`: the files of each, as the topmost layer shows them. */
export const TreeRef = z
  .string()
  .max(600)
  .regex(/^(sandbox|snapshot|image):[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, 'Not the name of a tree of files.')
export type TreeRef = z.infer<typeof TreeRef>

/** Escaped text (guest-path-text.ts), absolute; `/` is the root. Never resolved through links. */
export const TreePath = z
  .string()
  .max(16_384)
  .regex(/^\/[^\0]*$/, 'A path in a sandbox starts with a slash.')
  .refine((path) => !path.split('/').includes('..'), 'A path must not contain "..".')

export const FileKind = z.enum(['file', 'folder', 'link', 'fifo', 'socket', 'char', 'block'])
export type FileKind = z.infer<typeof FileKind>

/** Against what lies below, or against the tree that was requested. `changed-below`: only something in the folder is. */
export const FileMark = z.enum(['same', 'added', 'changed', 'deleted', 'changed-below'])
export type FileMark = z.infer<typeof FileMark>

export const FileEntry = z.strictObject({
  /** Escaped text, without slashes. */
  name: z.string(),
  kind: FileKind,
  /** Bytes of the content; of a link, of its target. */
  size: z.int().nonnegative(),
  /** Permission bits with set-id and sticky bits. */
  mode: z.int().min(0).max(0o7777),
  uid: z.int().nonnegative(),
  gid: z.int().nonnegative(),
  /** From the tree's own accounts; null where they do not name it. */
  user: z.string().nullable(),
  group: z.string().nullable(),
  modifiedAt: z.iso.datetime(),
  /** Escaped text. Null unless a link. */
  target: z.string().nullable(),
  links: z.int().nonnegative(),
  mark: FileMark,
})
export type FileEntry = z.infer<typeof FileEntry>

export const listFiles = operation({
  name: 'files.list',
  method: 'GET',
  path: '/v1/files/list',
  summary: 'Lists a folder in steps: folders first, then by name. With marks of what differs from `against`.',
  request: z.strictObject({
    tree: TreeRef,
    path: TreePath.default('/'),
    /** Links on the way are followed in the tree, as by a program inside. */
    follow: z.boolean().default(false),
    /** Absent: the image that it stands on. */
    against: TreeRef.optional(),
    offset: z.int().min(0).default(0),
    limit: z.int().min(1).max(5000).default(1000),
  }),
  response: z.strictObject({
    path: z.string(),
    /** Of the folder itself. */
    folder: FileEntry,
    entries: z.array(FileEntry),
    total: z.int().nonnegative(),
  }),
})

export const readFile = operation({
  name: 'files.read',
  method: 'GET',
  path: '/v1/files/read',
  summary: 'A part of a file. A link is not followed.',
  request: z.strictObject({
    tree: TreeRef,
    path: TreePath,
    offset: z.int().min(0).default(0),
    length: z
      .int()
      .min(0)
      .max(1024 * 1024)
      .default(256 * 1024),
  }),
  response: z.strictObject({
    entry: FileEntry,
    base64: z.string(),
    /** Bytes of the whole file. */
    size: z.int().nonnegative(),
    /** Changes when the file does: give it to `writeFile`. */
    version: z.string(),
  }),
})

export const writeFile = operation({
  name: 'files.write',
  method: 'POST',
  path: '/v1/files/write',
  summary: 'Replaces the content of a small file, or makes one. Only in sandboxes. Owner and mode stay.',
  request: z.strictObject({
    tree: TreeRef,
    path: TreePath,
    base64: z.string().max(1_500_000),
    /** Of the content that was read: refused with `conflict` where it has changed since. Null: must not exist yet. */
    version: z.string().nullable().optional(),
  }),
  response: z.strictObject({ entry: FileEntry, version: z.string() }),
})

export const changeFiles = operation({
  name: 'files.change',
  method: 'POST',
  path: '/v1/files/change',
  summary: 'Makes a folder, moves, deletes, or changes mode and owner. Only in sandboxes.',
  request: z.strictObject({
    tree: TreeRef,
    change: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('makeFolder'), path: TreePath }),
      z.strictObject({ kind: z.literal('makeFile'), path: TreePath }),
      z.strictObject({ kind: z.literal('move'), path: TreePath, to: TreePath }),
      /** Folders with all that is in them. */
      z.strictObject({ kind: z.literal('delete'), paths: z.array(TreePath).min(1).max(1000) }),
      z.strictObject({ kind: z.literal('chmod'), path: TreePath, mode: z.int().min(0).max(0o7777) }),
      z.strictObject({ kind: z.literal('chown'), path: TreePath, owner: UserSpec }),
    ]),
  }),
  response: z.strictObject({ changed: z.int().nonnegative() }),
})

const HostPath = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\/[^\0]*$/, 'A path of this machine is absolute.')

const Copied = z.strictObject({
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** What was left out and why, as sentences. */
  skipped: z.array(z.string()),
  skippedWordings: z.array(Wording).optional(),
})

export const putFiles = operation({
  name: 'files.put',
  method: 'POST',
  path: '/v1/files/put',
  summary: 'Copies files and folders of this machine into a sandbox. Shows as a task; ends early when cancelled.',
  request: z.strictObject({
    tree: TreeRef,
    sources: z.array(HostPath).min(1).max(1000),
    /** A folder that exists: they keep their names. With one source also a name that does not exist. */
    target: TreePath,
    replace: z.boolean().default(false),
    task: TaskId.optional(),
  }),
  response: Copied,
})

export const getFiles = operation({
  name: 'files.get',
  method: 'POST',
  path: '/v1/files/get',
  summary: 'Copies files and folders of a tree to a folder of this machine. Nothing of it can lead out of that folder.',
  request: z.strictObject({
    tree: TreeRef,
    paths: z.array(TreePath).min(1).max(1000),
    target: HostPath,
    replace: z.boolean().default(false),
    task: TaskId.optional(),
  }),
  response: Copied,
})

export const putArchive = operation({
  name: 'files.putArchive',
  method: 'POST',
  path: '/v1/files/put-archive',
  summary:
    'Unpacks a tar file of this machine into a folder of a sandbox, with its owners and modes. It is read to its end first: one that reaches elsewhere changes nothing.',
  request: z.strictObject({
    tree: TreeRef,
    source: HostPath,
    /** A folder that is there. */
    target: TreePath,
    task: TaskId.optional(),
  }),
  response: Copied,
})

export const getArchive = operation({
  name: 'files.getArchive',
  method: 'POST',
  path: '/v1/files/get-archive',
  summary: 'Writes a file or folder of a tree, with all that is below, to a tar file of this machine.',
  request: z.strictObject({
    tree: TreeRef,
    path: TreePath,
    /** Only what is in the folder, not it itself. */
    content: z.boolean().default(false),
    /** A new file. */
    output: HostPath,
    task: TaskId.optional(),
  }),
  response: Copied,
})

/** Binary frames are the file's bytes. Ends with `end`. */
export const fileStream = stream({
  name: 'files.stream',
  path: '/v1/files/stream',
  summary: 'The bytes of one file.',
  request: z.strictObject({ tree: TreeRef, path: TreePath }),
  up: z.never(),
  down: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('entry'), entry: FileEntry }),
    z.strictObject({ type: z.literal('end') }),
  ]),
})

export const FoundFile = z.strictObject({
  path: z.string(),
  entry: FileEntry,
  /** Of a search in contents: the first line that has it, shortened, and its number. */
  line: z.string().nullable(),
  lineNumber: z.int().nullable(),
})
export type FoundFile = z.infer<typeof FoundFile>

export const findStream = stream({
  name: 'files.find',
  path: '/v1/files/find',
  summary: 'Searches names and, with `content`, text files of a tree. Stops when the client goes.',
  request: z.strictObject({
    tree: TreeRef,
    path: TreePath.default('/'),
    /** Part of a name, or with * and ? a pattern for the whole name; case does not matter. Empty: all. */
    name: z.string().max(255).default(''),
    /** Text in files of up to 16 MiB; case does not matter. Empty: not looked at. */
    content: z.string().max(1000).default(''),
    limit: z.int().min(1).max(10_000).default(1000),
  }),
  up: z.never(),
  down: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('found'), files: z.array(FoundFile) }),
    z.strictObject({ type: z.literal('progress'), looked: z.int().nonnegative() }),
    z.strictObject({ type: z.literal('end'), looked: z.int().nonnegative(), truncated: z.boolean() }),
  ]),
})

/** What eats the disk: the sizes of the entries of one folder, folders with all that is in them. */
export const measureFiles = operation({
  name: 'files.measure',
  method: 'GET',
  path: '/v1/files/measure',
  summary: 'Sizes by folder, largest first; with `layer` only what the writable layer holds.',
  request: z.strictObject({ tree: TreeRef, path: TreePath.default('/'), own: z.boolean().default(false) }),
  response: z.strictObject({
    path: z.string(),
    bytes: z.int().nonnegative(),
    files: z.int().nonnegative(),
    entries: z.array(
      z.strictObject({
        name: z.string(),
        kind: FileKind,
        bytes: z.int().nonnegative(),
        files: z.int().nonnegative(),
      }),
    ),
  }),
})
