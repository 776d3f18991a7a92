import * as z from 'zod'
import { parseReference, splitHost } from './image-reference.ts'
import { operation } from './operation.ts'
import { IsolationClass, Limits } from './sandbox.ts'

/** A file by its whole path; without zero bytes and line ends, as it is shown in sentences. */
const KernelPath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0\n\r]+$/)

/** A host, with its port where it is not that of https. */
const Host = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/)
const Hosts = z.array(Host).max(100)

/** `NAME=REFERENCE`: what a short name of an image stands for. */
const Alias = z
  .string()
  .max(600)
  .regex(/^[a-z0-9][a-z0-9._-]*=/)
  .refine((text) => typeof parseReference(text.slice(text.indexOf('=') + 1)) !== 'string')

const ProxyAddress = z
  .string()
  .max(300)
  .regex(/^http:\/\/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}$/)
  .refine((text) => (splitHost(text).port ?? 0) <= 65_535)

/** What the person has chosen for all sandboxes. */
export const Settings = z.strictObject({
  /** The class of a sandbox for which none is given. */
  defaultClass: IsolationClass.default('container'),
  /** Check a sandbox from inside after each change of class, grants or network. */
  selfTestAfterChange: z.boolean().default(false),
  /** Hours between checks of every running sandbox; null: only on demand. */
  selfTestEveryHours: z.int().min(1).max(720).nullable().default(null),
  /**
   * Change the code of a running gVisor, so that it drops network connections to elsewhere when its memory is saved. What
   * goes wrong with that ends the sandbox, or leaves its boundary to the host other than its makers have made it.
   */
  patchGvisorToSave: z.boolean().default(false),
  /**
   * Memory that a new container or gVisor sandbox gets for which none is given, in percent of this machine's; null: no limit.
   * A micro-VM has that of its machine.
   */
  defaultMemoryPercent: z.int().min(1).max(100).nullable().default(50),
  /** What a new container or gVisor sandbox can write to its disk for which none is given; null: no limit. */
  defaultDiskBytes: Limits.shape.diskBytes,
  /** Pause who writes what is left of this machine's disk when that is less than the reserve. */
  pauseDiskWriters: z.boolean().default(true),
  /** What all sandboxes together may use of this machine's memory, in percent; null: no ceiling. */
  totalMemoryPercent: z.int().min(10).max(100).nullable().default(80),
  /** A kernel for micro-VMs in place of Joey's own, from the agent's next start on; null: Joey's own. */
  microvmKernel: KernelPath.nullable().default(null),
  /** Where images come from whose name has no registry; null: Docker's hub. */
  searchRegistry: Host.nullable().default(null),
  /** What short names of images stand for. */
  imageAliases: z.array(Alias).max(100).default([]),
  /** Registries that may be spoken to without encryption, and whose certificates are not checked. Those of this machine are. */
  insecureRegistries: Hosts.default([]),
  /** Hosts beside a registry's own from which any registry may have layers and tokens fetched. */
  registryHosts: Hosts.default([]),
  /** Certificates of authorities that registries are trusted by, beside those of this machine. */
  registryCertificates: KernelPath.nullable().default(null),
  /** Through which registries are reached, but for those of this machine; null: directly. */
  registryProxy: ProxyAddress.nullable().default(null),
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
    patchGvisorToSave: z.boolean().optional(),
    defaultMemoryPercent: z.int().min(1).max(100).nullable().optional(),
    defaultDiskBytes: Limits.shape.diskBytes.unwrap().optional(),
    pauseDiskWriters: z.boolean().optional(),
    totalMemoryPercent: z.int().min(10).max(100).nullable().optional(),
    microvmKernel: KernelPath.nullable().optional(),
    searchRegistry: Host.nullable().optional(),
    imageAliases: z.array(Alias).max(100).optional(),
    insecureRegistries: Hosts.optional(),
    registryHosts: Hosts.optional(),
    registryCertificates: KernelPath.nullable().optional(),
    registryProxy: ProxyAddress.nullable().optional(),
  }),
  response: Settings,
})
