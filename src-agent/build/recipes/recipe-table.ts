import type { RecipeName } from '#contract/recipe'

interface RecipeEntry {
  readonly image: string
  readonly begins: RecipeName | null
  /** Programs of this machine that it takes beside the builder's. */
  readonly programs: readonly string[]
}

export const recipes: Readonly<Record<RecipeName, RecipeEntry>> = {
  debian: { image: 'debian:latest', begins: null, programs: ['debootstrap', 'wget', 'gpgv', 'perl', 'socat'] },
  node: { image: 'node:latest', begins: 'debian', programs: [] },
  python: { image: 'python:latest', begins: 'debian', programs: [] },
}

/**
 * Packages are unpacked by debootstrap on this machine, where none of their programs runs; here they are set up. In the
 * end it is one layer. An image has no use for lists of packages, and none for writing each file through to the disk.
 */
export function debianSteps(sources: readonly string[]): string {
  const list = sources.map((line) => `'${line}'`).join(' ')
  return `FROM scratch AS made
ADD rootfs.tar /
RUN echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/joey-image \\
 && container=lxc /debootstrap/debootstrap --second-stage \\
 && printf '%s\\n' ${list} > /etc/apt/sources.list \\
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/log/bootstrap.log /var/log/dpkg.log /var/log/apt
FROM scratch
COPY --from=made / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
`
}

const install = (packages: string): string => `RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${packages} \\
 && apt-get clean && rm -rf /var/lib/apt/lists/*`

/** Each of them: what stands on top of Debian. */
export const stepsOn: Readonly<Record<Exclude<RecipeName, 'debian'>, string>> = {
  node: `FROM debian:latest\n${install('ca-certificates nodejs npm')}\nCMD ["node"]\n`,
  python: `FROM debian:latest
${install('ca-certificates python3 python3-pip python3-venv')}
RUN ln -s python3 /usr/bin/python
CMD ["python3"]
`,
}
