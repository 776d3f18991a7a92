import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Joey } from './joey.ts'

/** What the scenarios run, but for what the recipes have. */
const packages = [
  ...['postgresql', 'redis-server', 'nginx-light', 'openssh-server', 'supervisor', 'cron', 'procps'],
  ...['gcc', 'make', 'libc6-dev', 'python3', 'curl'],
]

const dockerfile = `FROM debian
RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${packages.join(' ')} \\
 && apt-get clean && rm -rf /var/lib/apt/lists/*
`

/** The image of everything but Node and Python. */
export const softwareImage = 'software:1'

/** Makes what is not here: Debian, Node and Python by their recipes, and the rest by a build on top of Debian. */
export async function makeImages(joey: Joey, folder: string): Promise<void> {
  for (const recipe of ['debian', 'node', 'python']) await joey('image', 'make', recipe)
  const context = mkdtempSync(join(folder, 'context-'))
  writeFileSync(join(context, 'Dockerfile'), dockerfile)
  await joey('build', '--class', 'container', '-t', softwareImage, context)
  rmSync(context, { recursive: true })
}
