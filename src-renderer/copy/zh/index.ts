import type { Copy } from '../copy-shape.ts'
import type { en as english } from '../en/index.ts'
import { classes, grants } from './classes.ts'
import { common } from './common.ts'
import { compare } from './compare.ts'
import { create } from './create.ts'
import { detail } from './detail.ts'
import { dock, logs, terminal } from './dock.ts'
import { edit } from './edit.ts'
import { archives, files } from './files.ts'
import { forks } from './forks.ts'
import { host } from './host.ts'
import { images } from './images.ts'
import { bootLog, isolation, selfTest, settings } from './isolation.ts'
import { resources } from './resources.ts'
import { confirm, sandboxes } from './sandboxes.ts'
import { keys, palette, shell } from './shell.ts'
import { snapshots } from './snapshots.ts'
import { tasks } from './tasks.ts'
import { usage } from './usage.ts'
import { volumes } from './volumes.ts'

/** The window in Simplified Chinese. */
export const zh = {
  ...{ common, shell, palette, keys, sandboxes, confirm, create, detail, images, volumes, host, usage, resources },
  ...{ edit, classes, grants, isolation, selfTest, bootLog, settings },
  ...{ snapshots, forks, compare, tasks, dock, terminal, logs },
  ...{ files, archives },
} as const satisfies Copy<typeof english>
