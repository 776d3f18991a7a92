import type { HelpTexts } from '../help-texts.ts'
import { agentHelp } from './agent.ts'
import { archivesHelp } from './archives.ts'
import { filesHelp } from './files.ts'
import { functionsHelp } from './functions.ts'
import { helpHelp } from './help.ts'
import { imagesHelp } from './images.ts'
import { insideHelp } from './inside.ts'
import { isolationHelp } from './isolation.ts'
import { networksHelp } from './networks.ts'
import { sandboxesHelp } from './sandboxes.ts'
import { snapshotsHelp } from './snapshots.ts'
import { verbsHelp } from './verbs.ts'
import { volumesHelp } from './volumes.ts'
import { watchingHelp } from './watching.ts'

/** The help in Simplified Chinese. */
export const help: HelpTexts = {
  ...agentHelp,
  ...archivesHelp,
  ...filesHelp,
  ...helpHelp,
  ...functionsHelp,
  ...imagesHelp,
  ...insideHelp,
  ...isolationHelp,
  ...networksHelp,
  ...sandboxesHelp,
  ...snapshotsHelp,
  ...verbsHelp,
  ...volumesHelp,
  ...watchingHelp,
}
