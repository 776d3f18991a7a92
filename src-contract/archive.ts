import * as z from 'zod'
import { Image, ImageDigest, ImageName, ImageRef, TaskId } from './image.ts'
import { operation } from './operation.ts'
import { Grant, IsolationClass, Mount, NetworkMode, PortPublish, Sandbox, SandboxName, SpecChange } from './sandbox.ts'
import { Wording } from './wire-texts.ts'

/** A sandbox as it is now, or a snapshot: `sandbox:NAME`, `snapshot:REF`. */
export const ExportRef = z
  .string()
  .max(200)
  .regex(/^(sandbox|snapshot):[A-Za-z0-9][A-Za-z0-9._@-]*$/, 'Not the name of a sandbox or snapshot.')

/** `oci`: archive; `oci-layout`: a folder; `docker`: for "docker load"; `joey`: a bundle. */
export const ExportFormat = z.enum(['oci', 'oci-layout', 'docker', 'push', 'joey'])
export type ExportFormat = z.infer<typeof ExportFormat>

/** Something that should perhaps not leave this machine. Never holds the secret itself. */
export const SecretFinding = z.strictObject({
  /** Stable, for leaving it out. */
  id: z.string().max(128),
  rule: z.string(),
  /** A sentence part: "AWS access key". */
  title: z.string(),
  titleWording: Wording.optional(),
  where: z.enum(['file', 'environment']),
  /** Escaped path, or the name of the variable. */
  path: z.string(),
  line: z.int().nullable(),
  /** First and last characters, the rest as stars. */
  excerpt: z.string(),
})
export type SecretFinding = z.infer<typeof SecretFinding>

export const scanSecrets = operation({
  name: 'export.scan',
  method: 'POST',
  path: '/v1/export/scan',
  summary: 'Looks for keys and passwords in what was written in the sandbox and in its environment.',
  request: z.strictObject({ source: ExportRef, task: TaskId.optional() }),
  response: z.strictObject({
    findings: z.array(SecretFinding),
    files: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    /** More than can be listed. */
    truncated: z.boolean(),
  }),
})

const HostFile = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\/[^\0]*$/, 'The path of a file of this machine is absolute.')

/** With `withSecrets` all findings of a scan may leave; otherwise each has to be in `drop`, or the export is refused. */
const SecretChoice = {
  withSecrets: z.boolean().default(false),
  drop: z.array(z.string().max(128)).max(10_000).default([]),
}

export const exportTree = operation({
  name: 'export.run',
  method: 'POST',
  path: '/v1/export',
  summary:
    'Writes a sandbox or snapshot to a file of this machine: as an image for other tools, or as a bundle with everything. Goes on when the client goes, as a task; a cancel leaves nothing.',
  request: z.strictObject({
    source: ExportRef,
    format: ExportFormat,
    /** Of a file that does not exist, or with `replace`. With `push`: `docker://` and the name at the registry is `name`. */
    output: HostFile,
    replace: z.boolean().default(false),
    /** Name of the image in it. Absent: from the sandbox. */
    name: ImageName.optional(),
    /** Of images: what they shall say in place of what the sandbox runs with. Variables and labels are added to its own. */
    config: SpecChange.pick({
      command: true,
      entrypoint: true,
      env: true,
      cwd: true,
      user: true,
      labels: true,
    }).optional(),
    ...SecretChoice,
    /** Of bundles. */
    bundle: z
      .strictObject({
        /** Ids of further snapshots; those of the way to the image are always in it. */
        snapshots: z.array(z.string()).max(1000).default([]),
        /** False: only the digest of the image, which the importing side must have. */
        image: z.boolean().default(true),
        note: z.string().max(4096).default(''),
        passphrase: z.string().min(8).max(1024).optional(),
      })
      .optional(),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    output: z.string(),
    bytes: z.int().nonnegative(),
    sha256: z.string(),
    /** What was left out, as sentences. */
    messages: z.array(z.string()),
    messagesWordings: z.array(Wording).optional(),
  }),
})

export const commitTree = operation({
  name: 'image.commit',
  method: 'POST',
  path: '/v1/images/commit',
  summary:
    'Makes an image of this machine of a sandbox or snapshot: the layers of its image as they are where their bytes are kept, and on top what was written. Goes on when the client goes, as a task; a cancel leaves nothing.',
  request: z.strictObject({
    source: ExportRef,
    name: ImageName,
    /** What it shall say in place of what the sandbox runs with. Variables, labels, ports and volumes are added to its own. */
    config: SpecChange.pick({
      command: true,
      entrypoint: true,
      env: true,
      cwd: true,
      user: true,
      labels: true,
    })
      .extend({
        exposedPorts: z
          .array(z.string().regex(/^\d{1,5}\/(tcp|udp)$/))
          .max(1000)
          .optional(),
        volumes: z
          .array(
            z
              .string()
              .max(4096)
              .regex(/^\/[^\0]*$/),
          )
          .max(100)
          .optional(),
      })
      .optional(),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    image: Image,
    /** What was left out, as sentences. */
    messages: z.array(z.string()),
    messagesWordings: z.array(Wording).optional(),
  }),
})

export const saveImages = operation({
  name: 'image.save',
  method: 'POST',
  path: '/v1/images/save',
  summary:
    'Writes images to one archive or layout. In the forms of the OCI, what was pulled or built is written as it came, with the same digests.',
  request: z.strictObject({
    refs: z.array(ImageRef).min(1).max(100),
    /** `oci`: a folder. */
    format: z.enum(['docker-archive', 'oci-archive', 'oci']).default('docker-archive'),
    output: HostFile,
    replace: z.boolean().default(false),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    output: z.string(),
    images: z.array(
      z.strictObject({
        ref: z.string(),
        /** Of the manifest that was written; null in an archive of docker, which has none. */
        manifest: ImageDigest.nullable(),
        /** As it came: all digests are those of where it was pulled from. */
        unchanged: z.boolean(),
      }),
    ),
  }),
})

/** What a bundle wants, what this host can give, and what is new against the policy: shown before anything is made. */
export const PermissionSheet = z.strictObject({
  /** Changes when the file does; `importBundle` takes it as the consent to exactly this. */
  consent: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  byVersion: z.string(),
  fromHost: z.string(),
  note: z.string(),
  signature: z.strictObject({
    state: z.enum(['trusted', 'unknown', 'unsigned', 'self']),
    /** Key id in hexadecimal; null where unsigned. */
    key: z.string().nullable(),
    sentence: z.string(),
    /** What makes {@link sentence} in other languages. */
    wording: Wording.optional(),
  }),
  encrypted: z.boolean(),
  bytes: z.int().nonnegative(),
  unpackedBytes: z.int().nonnegative(),
  freeBytes: z.int().nonnegative(),
  image: z.strictObject({ digest: z.string(), included: z.boolean(), here: z.boolean() }),
  snapshots: z.array(z.strictObject({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() })),
  packages: z.int().nonnegative(),
  wants: z.strictObject({
    class: IsolationClass,
    mounts: z.array(Mount),
    ports: z.array(PortPublish),
    network: NetworkMode,
    networkName: z.string().nullable(),
    grants: z.array(Grant),
    memoryBytes: z.int().nullable(),
    cpus: z.number().nullable(),
  }),
  /** Each wish that needs a yes, and whether this machine can give it. */
  requests: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['class', 'mount', 'port', 'network', 'grant', 'signer']),
      sentence: z.string(),
      wording: Wording.optional(),
      /** Beyond what a new sandbox gets without asking. */
      isNew: z.boolean(),
      possible: z.boolean(),
      /** Why not, as a sentence; null where possible. */
      why: z.string().nullable(),
      whyWording: Wording.optional(),
    }),
  ),
  /** Sentences that forbid the import. */
  problems: z.array(z.string()),
  /** One for each, in the same order. */
  problemsWordings: z.array(Wording).optional(),
})
export type PermissionSheet = z.infer<typeof PermissionSheet>

export const inspectBundle = operation({
  name: 'import.inspect',
  method: 'POST',
  path: '/v1/import/inspect',
  summary: 'Reads what a bundle wants, without making anything.',
  request: z.strictObject({ path: HostFile, passphrase: z.string().max(1024).optional(), task: TaskId.optional() }),
  response: PermissionSheet,
})

export const importBundle = operation({
  name: 'import.run',
  method: 'POST',
  path: '/v1/import',
  summary: 'Makes a sandbox with its snapshots from a bundle, stopped. What was not agreed to is left out.',
  request: z.strictObject({
    path: HostFile,
    /** From the permission sheet of the same file. */
    consent: z.string(),
    /** Ids of the requests that are granted. */
    agreed: z.array(z.string()).max(1000).default([]),
    name: SandboxName.optional(),
    passphrase: z.string().max(1024).optional(),
    start: z.boolean().default(false),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    sandbox: Sandbox,
    /** What was left out, as sentences. */
    messages: z.array(z.string()),
    messagesWordings: z.array(Wording).optional(),
  }),
})

export const readSigningKey = operation({
  name: 'signing.read',
  method: 'GET',
  path: '/v1/signing',
  summary: 'The public key that signs the bundles of this machine, and the keys that are trusted.',
  request: z.strictObject({}),
  response: z.strictObject({
    publicKey: z.string(),
    key: z.string(),
    trusted: z.array(z.strictObject({ key: z.string(), publicKey: z.string(), name: z.string() })),
  }),
})

export const trustSigner = operation({
  name: 'signing.trust',
  method: 'POST',
  path: '/v1/signing/trust',
  summary: 'Trusts a public key under a name, or with `trusted` false no longer.',
  request: z.strictObject({
    publicKey: z.string().max(200),
    name: z.string().min(1).max(100),
    trusted: z.boolean().default(true),
  }),
  response: z.strictObject({ key: z.string() }),
})
