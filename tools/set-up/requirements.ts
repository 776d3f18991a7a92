/** How to find out whether something is there, on any distribution. */
export type Probe =
  | { readonly kind: 'program'; readonly name: string }
  /** A program that runs inside a sandbox without any library of this machine. */
  | { readonly kind: 'staticProgram'; readonly name: string }
  /** A shared library, by the name that programs ask the loader for. */
  | { readonly kind: 'library'; readonly name: string }
  /** A file that no program's name leads to, by a pattern. */
  | { readonly kind: 'file'; readonly name: string; readonly pattern: string }
  /** Any font at all; without one every text in the window is a row of boxes. */
  | { readonly kind: 'font' }

/** What it is needed for: the agent and its engines, a window, a window without a display, or tests alone. */
export type Purpose = 'agent' | 'window' | 'headless' | 'test'

/** Something that the machine must have, and the Debian package that brings it. */
export interface Requirement {
  readonly probe: Probe
  readonly debianPackage: string
  readonly purpose: Purpose
  /** Without it only a part is missing, which the app reports itself; not every distribution has it. */
  readonly optional?: boolean
}

const program = (purpose: Purpose, name: string, debianPackage = name): Requirement => ({
  probe: { kind: 'program', name },
  debianPackage,
  purpose,
})
const library = (name: string, debianPackage: string): Requirement => ({
  probe: { kind: 'library', name },
  debianPackage,
  purpose: 'window',
})

/** Where clang keeps libFuzzer. */
export const fuzzerLibraries = '/usr/lib/{llvm-*/lib/,}clang/*/lib/linux/libclang_rt.fuzzer-*.a'

const fuzzerLibrary: Probe = {
  kind: 'file',
  name: 'libFuzzer',
  pattern: fuzzerLibraries,
}

const chineseFont: Probe = {
  kind: 'file',
  name: 'a font with Chinese letters',
  pattern: '/usr/share/fonts/**/{wqy-*,NotoSansCJK*,NotoSansSC*,SourceHanSans*,DroidSansFallback*}',
}

/** The whole list; docs/testing.md and README.md describe it in words. */
export const requirements: readonly Requirement[] = [
  program('agent', 'runc'),
  program('agent', 'crun'),
  { ...program('agent', 'runsc'), optional: true },
  { ...program('agent', 'qemu-system-x86_64', 'qemu-system-x86'), optional: true },
  program('agent', 'setpriv', 'util-linux'),
  program('agent', 'conmon'),
  program('agent', 'skopeo'),
  program('agent', 'umoci'),
  { ...program('agent', 'buildah'), optional: true },
  { ...program('agent', 'debootstrap'), optional: true },
  program('agent', 'mkfs.erofs', 'erofs-utils'),
  program('agent', 'mke2fs', 'e2fsprogs'),
  program('agent', 'debugfs', 'e2fsprogs'),
  program('agent', 'e2fsck', 'e2fsprogs'),
  program('agent', 'resize2fs', 'e2fsprogs'),
  program('agent', 'losetup', 'mount'),
  program('agent', 'getfattr', 'attr'),
  program('agent', 'prlimit', 'util-linux'),
  program('agent', 'tar'),
  { probe: { kind: 'staticProgram', name: 'busybox' }, debianPackage: 'busybox-static', purpose: 'agent' },
  program('agent', 'nft', 'nftables'),
  program('agent', 'ip', 'iproute2'),
  program('agent', 'socat'),
  program('agent', 'nsenter', 'util-linux'),
  program('agent', 'unshare', 'util-linux'),
  program('agent', 'losetup', 'mount'),
  program('agent', 'bwrap', 'bubblewrap'),
  program('agent', 'useradd', 'passwd'),
  program('agent', 'modprobe', 'kmod'),
  program('agent', 'ps', 'procps'),
  program('agent', 'xz', 'xz-utils'),
  program('agent', 'zstd'),
  program('headless', 'Xvfb', 'xvfb'),
  program('headless', 'xvfb-run', 'xvfb'),
  program('headless', 'xauth'),
  library('libgtk-3.so.0', 'libgtk-3-0'),
  library('libnss3.so', 'libnss3'),
  library('libasound.so.2', 'libasound2'),
  library('libgbm.so.1', 'libgbm1'),
  library('libXss.so.1', 'libxss1'),
  library('libatk-bridge-2.0.so.0', 'libatk-bridge2.0-0'),
  library('libdrm.so.2', 'libdrm2'),
  library('libXtst.so.6', 'libxtst6'),
  library('libnotify.so.4', 'libnotify4'),
  library('libsecret-1.so.0', 'libsecret-1-0'),
  program('window', 'dbus-daemon', 'dbus'),
  // Proves that the programs in resources/ are made from the source beside them.
  { ...program('test', 'musl-gcc', 'musl-tools'), optional: true },
  // `npm run check` reads scripts and C with them.
  program('test', 'shellcheck'),
  program('test', 'clang-format'),
  // A registry on loopback to pull from, and certificates for it.
  program('test', 'docker-registry'),
  program('test', 'buildah'),
  program('test', 'debootstrap'),
  program('test', 'openssl'),
  // Unit tests of the C, and fuzzing that follows which code an input reaches.
  program('test', 'gcc'),
  { ...program('test', 'clang'), optional: true },
  { probe: fuzzerLibrary, debianPackage: 'libclang-rt-dev', purpose: 'test', optional: true },
  { probe: { kind: 'font' }, debianPackage: 'fonts-dejavu-core', purpose: 'window' },
  // The pictures that the suite takes in Chinese show letters by it; measured is without it as well. 1.6 MB.
  { probe: chineseFont, debianPackage: 'fonts-wqy-microhei', purpose: 'headless', optional: true },
]
