import type { Remedy } from '#contract/app-error'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'

/** Which Debian package carries a program that Joey drives, where the names differ or the package is easily missed. */
const packageOf: Readonly<Record<string, string>> = {
  bwrap: 'bubblewrap',
  buildah: 'buildah',
  busybox: 'busybox-static',
  conmon: 'conmon',
  crun: 'crun',
  debootstrap: 'debootstrap',
  debugfs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  'fsck.erofs': 'erofs-utils',
  'fuse-overlayfs': 'fuse-overlayfs',
  getfattr: 'attr',
  ip: 'iproute2',
  losetup: 'mount',
  'mkfs.erofs': 'erofs-utils',
  mke2fs: 'e2fsprogs',
  mount: 'mount',
  newgidmap: 'uidmap',
  newuidmap: 'uidmap',
  nft: 'nftables',
  nsenter: 'util-linux',
  prlimit: 'util-linux',
  'qemu-system-x86_64': 'qemu-system-x86',
  resize2fs: 'e2fsprogs',
  runc: 'runc',
  runsc: 'runsc',
  setpriv: 'util-linux',
  skopeo: 'skopeo',
  socat: 'socat',
  slirp4netns: 'slirp4netns',
  stty: 'coreutils',
  sysctl: 'procps',
  tc: 'iproute2',
  umoci: 'umoci',
  umount: 'mount',
  unshare: 'util-linux',
  virtiofsd: 'qemu-system-common',
  xz: 'xz-utils',
}

/** The command that installs a missing program, or undefined where no package is known. */
export function installRemedy(program: string): Remedy | undefined {
  const name = packageOf[program.slice(program.lastIndexOf('/') + 1)]
  if (name === undefined) return undefined
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  return commandRemedy(`${sudo}apt-get install -y ${name}`, sentence('remedy-installs', { program }))
}
