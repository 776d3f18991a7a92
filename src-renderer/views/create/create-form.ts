import type * as z from 'zod'
import { ImageRef } from '#contract/image'
import { portText } from '#contract/port-text'
import { type FormKey, formKeys } from '#contract/read-fields'
import {
  EnvName,
  type Grant,
  type IsolationClass,
  Limits,
  Mount,
  type NetworkMode,
  PortPublish,
  SandboxName,
  SandboxSpec,
  VolumeMount,
} from '#contract/sandbox'
import { sandboxFields } from '#contract/sandbox-fields'
import { type createSandbox } from '#contract/sandbox-operations'
import { parseBytes } from '../../model/byte-size.ts'
import { newId } from '../../model/new-id.ts'
import { splitShellWords } from '../../model/shell-words.ts'
import { type GrantRow, readGrant } from './grant-rows.ts'

export interface PortRow {
  readonly key: string
  readonly hostPort: string
  /** As in `80`, or `53/udp`. */
  readonly guestPort: string
}
export interface MountRow {
  readonly key: string
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}
export interface EnvRow {
  readonly key: string
  readonly name: string
  readonly value: string
}

/** What the person has typed, as text; nothing is lost when it is not right yet. */
export interface CreateForm extends Readonly<Record<FormKey, string>> {
  readonly image: string
  readonly name: string
  readonly class: IsolationClass
  readonly command: string
  readonly memory: string
  readonly cpus: string
  readonly pids: string
  readonly disk: string
  readonly network: NetworkMode
  readonly ports: readonly PortRow[]
  readonly mounts: readonly MountRow[]
  readonly env: readonly EnvRow[]
  readonly grants: readonly GrantRow[]
  /** Names with commas between them. */
  readonly dropCapabilities: string
  /** For advice only. */
  readonly origin: 'unsaid' | 'mine' | 'others'
  /** Null: as the command suggests. */
  readonly tty: boolean | null
}

export function emptyForm(image: string, name: string, defaultClass: IsolationClass = 'container'): CreateForm {
  return {
    ...perFormKey(() => ''),
    ...{ image, name, class: defaultClass, command: '', memory: '', cpus: '', pids: '4096', disk: '', network: 'nat' },
    ...{ ports: [], mounts: [], env: [], grants: [], dropCapabilities: '', origin: 'unsaid', tty: null },
  }
}

export const newPortRow = (): PortRow => ({ key: newId(), hostPort: '', guestPort: '' })
export const newMountRow = (): MountRow => ({ key: newId(), source: '', target: '', readOnly: false })
export const newEnvRow = (): EnvRow => ({ key: newId(), name: '', value: '' })

/** Where a problem is shown. Rows share the field of their list. */
export type Field =
  | 'image'
  | 'name'
  | 'command'
  | 'memory'
  | 'cpus'
  | 'pids'
  | 'disk'
  | FormKey
  | 'ports'
  | 'mounts'
  | 'env'
  | 'grants'
  | 'dropCapabilities'
export type Problem =
  | 'imageMissing'
  | 'imageInvalid'
  | 'nameInvalid'
  | 'quoteOpen'
  | 'memoryInvalid'
  | 'memoryTooSmall'
  | 'cpusInvalid'
  | 'pidsInvalid'
  | 'diskInvalid'
  | 'diskTooSmall'
  | 'portInvalid'
  | 'portTwice'
  | 'portsWithoutNetwork'
  | 'mountInvalid'
  | 'envInvalid'
  | `${FormKey}Invalid`
  | `${FormKey}WithoutNetwork`
  | 'grantInvalid'
  | 'dropCapabilitiesInvalid'
export type Problems = Partial<Readonly<Record<Field, Problem>>>

/** Lists of rows, which are looked at once the person has left them: half a row is not wrong while it is typed. */
export const rowFields = ['ports', 'mounts', 'env', 'grants'] as const
export type RowField = (typeof rowFields)[number]

export type CreateRequest = z.input<typeof createSandbox.request>
type FormResult =
  | { readonly ok: true; readonly request: CreateRequest & { readonly spec: { readonly class: IsolationClass } } }
  | { readonly ok: false; readonly problems: Problems }

/** Rows that nothing was typed into are none: one that was only added is no mistake yet. */
export function withoutBlankRows(form: CreateForm): CreateForm {
  const said = (...texts: readonly string[]): boolean => texts.some((text) => text.trim() !== '')
  return {
    ...form,
    ports: form.ports.filter(({ hostPort, guestPort }) => said(hostPort, guestPort)),
    mounts: form.mounts.filter(({ source, target }) => said(source, target)),
    env: form.env.filter(({ name, value }) => said(name, value)),
    // Another kind than the one a new row has was chosen, and is not to be passed over.
    grants: form.grants.filter(({ kind, value }) => kind !== 'host-path' || said(value)),
  }
}

/** Reads the form with the contract's own schemas, so that what passes here the agent understands. */
export function readForm(typed: CreateForm, imageArgv: readonly string[]): FormResult {
  const form = withoutBlankRows(typed)
  const problems = findProblems(form)
  if (Object.keys(problems).length > 0) return { ok: false, problems }
  const words = splitShellWords(form.command)
  const command = words.ok && words.words.length > 0 ? words.words : null
  const tty = form.tty ?? runsShell(command ?? imageArgv)
  const spec = SandboxSpec.parse({
    ...{ image: form.image.trim(), class: form.class, command, tty, stdin: tty, network: form.network },
    limits: { cpus: readNumber(form.cpus), pids: readNumber(form.pids) },
    ports: form.ports.map(readPort),
    ...readMounts(form.mounts),
    ...perFormKey((key) => form[key].trim() || null),
    grants: form.grants.map(readGrant).filter((grant): grant is Grant => grant !== null),
    dropCapabilities: readCapabilities(form.dropCapabilities),
    env: Object.fromEntries(form.env.map(({ name, value }) => [name.trim(), value])),
  })
  const { memoryBytes: _memory, diskBytes: _disk, ...limits } = spec.limits
  const memory = form.memory.trim() === '' ? {} : { memoryBytes: readBytes(form.memory) }
  const disk = form.disk.trim() === '' ? {} : { diskBytes: readBytes(form.disk) }
  const name = form.name.trim()
  const request = { spec: { ...spec, limits: { ...limits, ...memory, ...disk } }, start: true }
  return { ok: true, request: name === '' ? request : { name, ...request } }
}

/** All that is wrong, by field, for showing while the person types. */
export function findProblems(form: CreateForm): Problems {
  const found: Record<Field, Problem | null> = {
    image:
      form.image.trim() === '' ? 'imageMissing' : ImageRef.safeParse(form.image.trim()).success ? null : 'imageInvalid',
    name: form.name.trim() === '' || SandboxName.safeParse(form.name.trim()).success ? null : 'nameInvalid',
    command: splitShellWords(form.command).ok ? null : 'quoteOpen',
    memory: findMemoryProblem(form.memory),
    cpus: Limits.shape.cpus.safeParse(readNumber(form.cpus)).success ? null : 'cpusInvalid',
    pids: Limits.shape.pids.safeParse(readNumber(form.pids)).success ? null : 'pidsInvalid',
    disk: findDiskProblem(form.disk),
    ...perFormKey((key) => findTextProblem(form, key)),
    ports: findPortProblem(form),
    mounts: form.mounts.every(isMountable) ? null : 'mountInvalid',
    env: form.env.every(({ name }) => name.trim() !== '' && EnvName.safeParse(name.trim()).success)
      ? null
      : 'envInvalid',
    grants: form.grants.every((row) => readGrant(row) !== null) ? null : 'grantInvalid',
    dropCapabilities: SandboxSpec.shape.dropCapabilities.safeParse(readCapabilities(form.dropCapabilities)).success
      ? null
      : 'dropCapabilitiesInvalid',
  }
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== null)) as Problems
}

/** Null for nothing typed: no limit. NaN for what is no number, which every schema refuses. */
export function readNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.')
  if (trimmed === '') return null
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN
}

/** Null for nothing typed, and for 0: no limit. */
export function readBytes(text: string): number | null {
  const bytes = text.trim() === '' ? 0 : (parseBytes(text) ?? Number.NaN)
  return bytes === 0 ? null : bytes
}

/** As people write them: small or capital, with or without `CAP_`. */
function readCapabilities(text: string): string[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '')
  return names.map((name) => name.toUpperCase().replace(/^CAP_/, ''))
}

function findMemoryProblem(text: string): Problem | null {
  const bytes = readBytes(text)
  if (Limits.shape.memoryBytes.safeParse(bytes).success) return null
  return bytes !== null && bytes > 0 && bytes < 6 * 1024 * 1024 ? 'memoryTooSmall' : 'memoryInvalid'
}

function findDiskProblem(text: string): Problem | null {
  const bytes = readBytes(text)
  if (Limits.shape.diskBytes.safeParse(bytes).success) return null
  return bytes !== null && bytes > 0 && bytes < 64 * 1024 * 1024 ? 'diskTooSmall' : 'diskInvalid'
}

export function readPort({ hostPort, guestPort }: PortRow): PortPublish {
  const [number = '', protocol] = guestPort.trim().split(/\/(?=udp$)/)
  const ports = { hostPort: readNumber(hostPort) ?? 0, guestPort: readNumber(number) ?? Number.NaN }
  return protocol === 'udp' ? { ...ports, protocol } : ports
}

function findPortProblem({ ports, network }: CreateForm): Problem | null {
  const read = ports.map(readPort)
  if (!read.every((port) => PortPublish.safeParse(port).success)) return 'portInvalid'
  const fixed = read.filter(({ hostPort }) => hostPort !== 0).map((port) => portText(port.hostPort, port.protocol))
  if (new Set(fixed).size < fixed.length) return 'portTwice'
  return read.length > 0 && network === 'none' ? 'portsWithoutNetwork' : null
}

/** Of a field whose control is made from the table of fields. */
function findTextProblem(form: CreateForm, key: FormKey): Problem | null {
  const text = form[key].trim()
  if (text === '') return null
  if (!SandboxSpec.shape[key].safeParse(text).success) return `${key}Invalid`
  return sandboxFields[key].form.needsNetwork && form.network === 'none' ? `${key}WithoutNetwork` : null
}

function perFormKey<T>(valueOf: (key: FormKey) => T): Record<FormKey, T> {
  return Object.fromEntries(formKeys.map((key) => [key, valueOf(key)])) as Record<FormKey, T>
}

function toMount({ source, target, readOnly }: MountRow): z.input<typeof Mount> {
  return { source: source.trim(), target: target.trim(), readOnly }
}

function toVolume({ source, target, readOnly }: MountRow): z.input<typeof VolumeMount> {
  return { volume: source.trim(), target: target.trim(), readOnly }
}

/** As in Docker, what has no slash is the name of a volume. */
const namesVolume = ({ source }: MountRow): boolean => !source.includes('/')

function isMountable(row: MountRow): boolean {
  return (namesVolume(row) ? VolumeMount.safeParse(toVolume(row)) : Mount.safeParse(toMount(row))).success
}

function readMounts(rows: readonly MountRow[]) {
  const [volumes, mounts] = [rows.filter(namesVolume), rows.filter((row) => !namesVolume(row))]
  return { mounts: mounts.map(toMount), volumes: volumes.map(toVolume) }
}

/** A shell without a script: useless unless it has a terminal. */
export function runsShell(argv: readonly string[]): boolean {
  const words = argv[0]?.split('/').at(-1) === 'busybox' ? argv.slice(1) : argv
  const program = words[0]?.split('/').at(-1) ?? ''
  if (!/^(a|ba|da|k|z|fi)?sh$/.test(program)) return false
  return words.slice(1).every((word) => /^-[il]+$/.test(word) || word === '--login')
}

/** The field that a refusal of the agent is about, by the reason's name; null: shown on top. */
export function fieldOfReason(reason: string): Field | null {
  if (reason.includes('name') && !reason.startsWith('network')) return reason.startsWith('image') ? 'image' : 'name'
  const fields: readonly (readonly [RegExp, Field])[] = [
    [/network/, 'networkName'],
    [/grant/, 'grants'],
    [/port/, 'ports'],
    [/mount/, 'mounts'],
    [/image/, 'image'],
    [/memory/, 'memory'],
    [/cpu/, 'cpus'],
    [/pids/, 'pids'],
    [/disk-limit/, 'disk'],
  ]
  return fields.find(([pattern]) => pattern.test(reason))?.[1] ?? null
}
