import * as z from 'zod'
import { WireError } from './wire-texts.ts'

/**
 * Between renderer and main. Operations of the agent pass through `joey:call` under their own names;
 * these are what main itself answers.
 */
export const AgentLink = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('connecting') }),
  z.strictObject({ state: z.literal('live') }),
  /** Gone or never there; main keeps trying. */
  z.strictObject({ state: z.literal('lost'), error: WireError }),
])
export type AgentLink = z.infer<typeof AgentLink>

export interface AppOperation<Req extends z.ZodType = z.ZodType, Res extends z.ZodType = z.ZodType> {
  readonly kind: 'app'
  readonly name: string
  readonly request: Req
  readonly response: Res
}

function appOperation<Req extends z.ZodType, Res extends z.ZodType>(
  name: string,
  request: Req,
  response: Res,
): AppOperation<Req, Res> {
  return { kind: 'app', name, request, response }
}

/** Starts the agent when it does not run; resolves when it answers. */
export const startAgent = appOperation('app.startAgent', z.strictObject({}), z.strictObject({}))
/** Shows the system's file dialog for an image; null when the person cancelled. */
export const chooseImage = appOperation(
  'app.chooseImage',
  z.strictObject({ kind: z.enum(['archive', 'folder']) }),
  z.strictObject({ path: z.string().nullable() }),
)
/** Shows the system's file dialog for what an operation of the agent reads or fills; none when the person cancelled. */
export const choosePaths = appOperation(
  'app.choosePaths',
  z.strictObject({ kind: z.enum(['files', 'folders', 'target-folder', 'bundle']) }),
  z.strictObject({ paths: z.array(z.string()).max(1000) }),
)
/** Asks where a file is to go that the agent will write. Null when the person cancelled. */
export const chooseTarget = appOperation(
  'app.chooseTarget',
  z.strictObject({
    /** A file name, not a path. */
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._ -]{0,100}$/),
  }),
  z.strictObject({ path: z.string().nullable() }),
)
/** Puts text on the clipboard: the page has no permission to. */
export const copyText = appOperation(
  'app.copyText',
  z.strictObject({ text: z.string().max(1_000_000) }),
  z.strictObject({}),
)
/** A web address as a browser writes it: without an account, and in letters that cannot pass for others. */
const webAddress = /^https?:\/\/(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#][!-~]*)?$/
/** Hands an address to the system's browser, after the page has asked the person. */
export const openLink = appOperation(
  'app.openLink',
  z.strictObject({ address: z.string().max(2048).regex(webAddress) }),
  z.strictObject({}),
)
/** Asks where to keep what the page has made, and writes it there. Null when the person cancelled. */
export const saveFile = appOperation(
  'app.saveFile',
  z.strictObject({
    /** A file name, not a path. */
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._ -]{0,100}$/),
    content: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('svg'), text: z.string().max(20_000_000) }),
      z.strictObject({ kind: z.literal('png'), base64: z.base64().max(60_000_000) }),
      z.strictObject({ kind: z.literal('csv'), text: z.string().max(20_000_000) }),
    ]),
  }),
  z.strictObject({ path: z.string().nullable() }),
)
/** Shows a file of Joey (its log) in the system's file manager. Only paths that main knows. */
export const showLog = appOperation('app.showLog', z.strictObject({}), z.strictObject({}))
export const readApp = appOperation(
  'app.info',
  z.strictObject({}),
  z.strictObject({
    version: z.string(),
    platform: z.string(),
    electron: z.string(),
    /** The window runs on an Electron below the one that Joey is made for, as where that one cannot be downloaded. */
    isOlderElectron: z.boolean(),
    /** The account that the window runs as. */
    uid: z.int(),
    /** As the kernel says of the page's process: it has a filter of system calls, and a namespace of processes. */
    isConfined: z.boolean(),
    /** How the command line of this installation is started from a shell. */
    command: z.string().default('joey'),
  }),
)

/** In which language the page is, so that the desktop's dialogs are in the same. */
export const tellLanguage = appOperation(
  'app.tellLanguage',
  z.strictObject({ tag: z.string().regex(/^[a-z]{2}(-[A-Za-z]{2,8})?$/) }),
  z.strictObject({}),
)

export const appOperations = {
  startAgent,
  chooseImage,
  choosePaths,
  chooseTarget,
  copyText,
  openLink,
  saveFile,
  showLog,
  readApp,
  tellLanguage,
} as const

/**
 * IPC channels. `open` answers with a MessagePort through `window.postMessage`; over `drain` main learns whether the page
 * keeps up.
 */
export const channels = {
  call: 'joey:call',
  open: 'joey:open',
  port: 'joey:port',
  link: 'joey:link',
  drain: 'joey:drain',
} as const

/** What travels on a stream's MessagePort, towards the renderer. */
export type PortDown =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'binary'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'closed'; readonly error: WireError | null }

/** And towards main. */
export type PortUp =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'binary'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'close' }
