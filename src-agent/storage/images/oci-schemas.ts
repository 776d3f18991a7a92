import * as z from 'zod'
import { type Sentence, sentence } from '#contract/sentence'

/**
 * The parts of the OCI image specification, and of Docker's forms that came before it, that Joey reads.
 * Unknown fields are let through, as the specification demands; sizes are bounded.
 */
const Text = z
  .string()
  .max(131_072)
  .refine((text) => !text.includes('\0'))

const Texts = z.array(Text).max(4096).nullish()
/** One text is a list of one: some builders wrote it so, and Docker reads it so. */
const Command = z.union([Text.transform((text) => [text]), z.array(Text).max(4096)]).nullish()
const Annotations = z.record(z.string().max(4096), z.string().max(1_048_576)).nullish()
const Sha256 = z.string().regex(/^sha256:[a-f0-9]{64}$/)

export const Descriptor = z.looseObject({
  mediaType: z.string().max(255).optional(),
  digest: Sha256,
  size: z.int().nonnegative(),
  platform: z.looseObject({ architecture: z.string().max(64), os: z.string().max(64) }).nullish(),
  annotations: Annotations,
})
export type Descriptor = z.infer<typeof Descriptor>

export const Index = z.looseObject({ manifests: z.array(Descriptor).max(1000) })
export type Index = z.infer<typeof Index>

export const Manifest = z.looseObject({ config: Descriptor, layers: z.array(Descriptor).max(1000) })
export type Manifest = z.infer<typeof Manifest>

/** `manifest.json` of `docker save`. */
export const DockerManifest = z
  .array(
    z.looseObject({
      Config: z.string().min(1).max(1024),
      RepoTags: z.array(z.string().max(1024)).max(1000).nullish(),
      Layers: z.array(z.string().min(1).max(1024)).max(1000),
    }),
  )
  .max(100)

export const Configuration = z.looseObject({
  created: z.string().max(64).nullish(),
  architecture: z.string().max(64).default(''),
  os: z.string().max(64).default(''),
  config: z
    .looseObject({
      User: Text.nullish(),
      ExposedPorts: z.record(z.string().max(64), z.unknown()).nullish(),
      Env: Texts,
      Entrypoint: Command,
      Cmd: Command,
      WorkingDir: Text.nullish(),
      Labels: Annotations,
      Volumes: z.record(z.string().max(4096), z.unknown()).nullish(),
      StopSignal: z.string().max(64).nullish(),
      Healthcheck: z
        .looseObject({
          Test: Texts,
          Interval: z.number().nullish(),
          Timeout: z.number().nullish(),
          StartPeriod: z.number().nullish(),
          StartInterval: z.number().nullish(),
          Retries: z.number().nullish(),
        })
        .nullish(),
    })
    .nullish(),
  rootfs: z.looseObject({ diff_ids: z.array(Sha256).max(1000) }),
})
export type Configuration = z.infer<typeof Configuration>

/** What is wrong with a document of these forms. */
export function faultOf({ issues: [issue] }: z.ZodError): Sentence {
  // The one rule of its own is that of texts, and the one pattern that of digests.
  const fault = issue?.code === 'custom' ? 'nul' : issue?.code === 'invalid_format' ? 'digest' : 'form'
  const words = (issue?.message ?? '').slice(0, 120).replace(/\.$/, '')
  return sentence('description-field', { field: issue?.path.join('.') ?? '', fault, words })
}
