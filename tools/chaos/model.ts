import type { IsolationClass } from '#contract/sandbox'
import { type Possible, possible } from './possible.ts'

/** Files by name, as text that is equal for equal files. */
export type FilesText = string

export function filesText(files: Readonly<Record<string, string>>): FilesText {
  return JSON.stringify(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)))
}

export function withFile(text: FilesText, name: string, content: string): FilesText {
  return filesText({ ...Object.fromEntries(JSON.parse(text) as [string, string][]), [name]: content })
}

export const noFiles = filesText({})

export interface SandboxModel {
  readonly name: string
  readonly there: Possible<boolean>
  readonly runs: Possible<boolean>
  readonly class: Possible<IsolationClass>
  /** In its folder `/data`. */
  readonly files: Possible<FilesText>
  readonly label: Possible<string>
  readonly volume: string | null
}

export interface SnapshotModel {
  readonly name: string
  readonly sandbox: string
  readonly class: IsolationClass
  readonly there: Possible<boolean>
  readonly files: Possible<FilesText>
}

export interface VolumeModel {
  readonly name: string
  readonly there: Possible<boolean>
  readonly files: Possible<FilesText>
}

/** An image, or a bundle that was exported: whole or not there. */
export interface ThingModel {
  readonly name: string
  readonly there: Possible<boolean>
}

export interface BundleModel extends ThingModel {
  readonly path: string
  readonly class: IsolationClass
  readonly files: FilesText
  readonly label: string
}

/** Everything that there is, or may be. */
export interface Model {
  readonly sandboxes: Map<string, SandboxModel>
  readonly snapshots: Map<string, SnapshotModel>
  readonly volumes: Map<string, VolumeModel>
  readonly images: Map<string, ThingModel>
  readonly bundles: Map<string, BundleModel>
  /** Counted up for names, so that none is given twice. */
  made: number
}

export function createModel(): Model {
  return {
    sandboxes: new Map(),
    snapshots: new Map(),
    volumes: new Map(),
    images: new Map(),
    bundles: new Map(),
    made: 0,
  }
}

export interface NewSandbox {
  readonly class: IsolationClass
  readonly volume?: string | null
  readonly files?: readonly FilesText[]
  readonly label?: string
}

/** One that is not there yet. */
export function newSandbox(model: Model, wish: NewSandbox): SandboxModel {
  model.made += 1
  const made: SandboxModel = {
    name: `s${model.made}`,
    there: possible(false),
    runs: possible(false),
    class: possible<IsolationClass>(wish.class),
    files: possible(...(wish.files ?? [noFiles])),
    label: possible(wish.label ?? 'first'),
    volume: wish.volume ?? null,
  }
  model.sandboxes.set(made.name, made)
  return made
}

/** Forgets what is known not to be there. */
export function forgetGone(model: Model): void {
  for (const things of [model.sandboxes, model.snapshots, model.volumes, model.images, model.bundles]) {
    for (const [name, { there }] of things as Map<string, ThingModel>) if (there.is(false)) things.delete(name)
  }
}
