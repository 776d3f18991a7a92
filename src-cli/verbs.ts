import type { Verb, VerbGroup } from './command/verb.ts'
import { agentVerbs } from './verbs/agent/verbs.ts'
import { archiveVerbs } from './verbs/archives/verbs.ts'
import { fileVerbs } from './verbs/files/verbs.ts'
import { functionVerbs } from './verbs/functions/verbs.ts'
import { imageVerbs } from './verbs/images/verbs.ts'
import { insideVerbs } from './verbs/inside/verbs.ts'
import { isolationVerbs } from './verbs/isolation/verbs.ts'
import { networkVerbs } from './verbs/networks/verbs.ts'
import { sandboxVerbs } from './verbs/sandboxes/verbs.ts'
import { snapshotVerbs } from './verbs/snapshots/verbs.ts'
import { volumeVerbs } from './verbs/volumes/verbs.ts'
import { watchingVerbs } from './verbs/watching/verbs.ts'

/** Every group, in the order of the help. */
export const verbGroups: readonly VerbGroup[] = [
  sandboxVerbs,
  insideVerbs,
  watchingVerbs,
  isolationVerbs,
  networkVerbs,
  volumeVerbs,
  snapshotVerbs,
  fileVerbs,
  archiveVerbs,
  imageVerbs,
  functionVerbs,
  agentVerbs,
]

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = verbGroups.flatMap((group) => group.verbs)
