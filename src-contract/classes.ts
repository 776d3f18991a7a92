import * as z from 'zod'
import { operation } from './operation.ts'
import { IsolationClass, Sandbox, SandboxRef, SandboxSpec } from './sandbox.ts'
import { Wording } from './wire-texts.ts'

/** Something that not every class can do. The window, the command line and the interface show the same reasons. */
export const ClassFeature = z.enum([
  'exec',
  'terminals',
  'terminalNames',
  'setIdBits',
  'signals',
  'outOfMemory',
  'unnamedFiles',
  'namedPipes',
  'watching',
  'pause',
  'liveLimits',
  'liveMemoryLimit',
  'bindMounts',
  'grants',
  'nestedMounts',
  'ownKernelModules',
  'hardwareSpeed',
  'liveSnapshot',
  'diskSnapshot',
])
export type ClassFeature = z.infer<typeof ClassFeature>

/** What a class cannot do, or does otherwise, and why. */
export const ClassLimitation = z.strictObject({
  feature: ClassFeature,
  /** A sentence for people. */
  reason: z.string(),
  /** What makes {@link reason} in other languages. */
  wording: Wording.optional(),
})
export type ClassLimitation = z.infer<typeof ClassLimitation>

/** What choosing a class costs here. Null: not measured on this machine yet. */
export const ClassEstimate = z.strictObject({
  /** From the request to the first instruction of the main process, milliseconds. */
  startMs: z.number().nonnegative().nullable(),
  /** Beyond what the guest itself uses. */
  memoryOverheadBytes: z.number().nonnegative().nullable(),
  /** How many times slower than on the bare host a cheap system call is. */
  systemCallFactor: z.number().nonnegative().nullable(),
  /** Whether the figures come from this machine, or are what is known of the engine in general. */
  measuredHere: z.boolean(),
})
export type ClassEstimate = z.infer<typeof ClassEstimate>

/** One isolation class, as this host has it. */
export const ClassProfile = z.strictObject({
  class: IsolationClass,
  available: z.boolean(),
  /** `crun 1.8.1`; null where nothing runs it. */
  engine: z.string().nullable(),
  /** Which engine it has, or why it is not available and what to do. */
  explanation: z.string(),
  /** What makes {@link explanation} in other languages. */
  explanationWording: Wording.optional(),
  /** No hardware virtualisation: works, slower. The sentence says why. */
  emulated: z.string().nullable(),
  /** What makes {@link emulated} in other languages. */
  emulatedWording: Wording.optional(),
  estimate: ClassEstimate,
  limitations: z.array(ClassLimitation),
})
export type ClassProfile = z.infer<typeof ClassProfile>

export const listClasses = operation({
  name: 'class.list',
  method: 'GET',
  path: '/v1/classes',
  summary: 'The isolation classes of this host: engine, cost, what will not work and why. Weakest first.',
  request: z.strictObject({}),
  response: z.array(ClassProfile),
})

export const measureClasses = operation({
  name: 'class.measure',
  method: 'POST',
  path: '/v1/classes/measure',
  summary: 'Runs a small sandbox of each class that this host offers, one after the other, and measures what it costs.',
  request: z.strictObject({}),
  response: z.array(ClassProfile),
})

/** What stands against a wish in a class. */
export const ClassProblem = z.strictObject({
  /** `blocks`: it would not start. `loses`: it would run with less. `note`: good to know. */
  level: z.enum(['blocks', 'loses', 'note']),
  reason: z.string(),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** What makes {@link message} in other languages, where `reason` names what is lacking and each class says it its own way. */
  wording: Wording.optional(),
})
export type ClassProblem = z.infer<typeof ClassProblem>

export const ClassAdvice = z.strictObject({
  recommended: IsolationClass,
  /** Sentences: "The image is not from you: gVisor keeps it off this machine's kernel." */
  because: z.array(z.string()),
  /** One for each, in the same order. */
  becauseWordings: z.array(Wording).optional(),
  classes: z.array(z.strictObject({ class: IsolationClass, problems: z.array(ClassProblem) })),
})
export type ClassAdvice = z.infer<typeof ClassAdvice>

export const adviseClass = operation({
  name: 'class.advise',
  method: 'POST',
  path: '/v1/classes/advice',
  summary: 'Reads the image and the options of a wish, and says which class fits and what would not work in each.',
  request: z.strictObject({ spec: SandboxSpec, trusted: z.boolean().optional() }),
  response: ClassAdvice,
})

/** What a change of class would do. */
export const ClassPlan = z.strictObject({
  from: IsolationClass,
  to: IsolationClass,
  /** It runs now, so it is stopped and started again. */
  restarts: z.boolean(),
  /** Sentences: what does not survive. */
  lost: z.array(z.string()),
  /** One for each, in the same order. */
  lostWordings: z.array(Wording).optional(),
  kept: z.array(z.string()),
  keptWordings: z.array(Wording).optional(),
  steps: z.array(
    z.strictObject({
      what: z.string(),
      wording: Wording.optional(),
      estimateMs: z.number().nonnegative().nullable(),
    }),
  ),
  estimateMs: z.number().nonnegative().nullable(),
  /** With one that blocks, the change is refused. */
  problems: z.array(ClassProblem),
})
export type ClassPlan = z.infer<typeof ClassPlan>

export const planClass = operation({
  name: 'class.plan',
  method: 'GET',
  path: '/v1/sandboxes/:ref/class',
  summary: 'Describes what changing the class of a sandbox would do, and changes nothing.',
  request: z.strictObject({ ref: SandboxRef, class: IsolationClass }),
  response: ClassPlan,
})

export const setClass = operation({
  name: 'class.set',
  method: 'POST',
  path: '/v1/sandboxes/:ref/class',
  summary:
    'Changes the class of a sandbox, keeping disk, name, ports, mounts and policy. Falls back to the old class where it does not come up in the new one.',
  request: z.strictObject({ ref: SandboxRef, class: IsolationClass }),
  response: z.strictObject({
    sandbox: Sandbox,
    /** It did not come up in the wished class, and runs in the old one again. The sentence says why. */
    fellBack: z.string().nullable(),
    /** What makes {@link fellBack} in other languages. */
    fellBackWording: Wording.optional(),
    /** Milliseconds in which nothing of it ran. */
    downMs: z.number().nonnegative(),
  }),
})

export const readBootLog = operation({
  name: 'sandbox.bootLog',
  method: 'GET',
  path: '/v1/sandboxes/:ref/boot-log',
  summary: 'What the kernel of a micro-VM said, the latest 64 KiB. Empty for classes without a kernel of their own.',
  request: z.strictObject({ ref: SandboxRef }),
  response: z.strictObject({ kernel: z.string().nullable(), text: z.string() }),
})
