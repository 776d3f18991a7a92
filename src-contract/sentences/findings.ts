import { defineSentences } from '../reasons/define.ts'
import { recordNoun, recordTables } from './notices.ts'

/** What Joey needs the programs for that it calls. */
const purposes = [
  'outlive',
  'fetch',
  'unpack',
  'confine',
  'attributes',
  'archives',
  'store',
  'built-in',
  'network',
  'filter',
  'input',
] as const
const linux = 'Linux {version, select, = {of unknown version} other {{version}}}'
const place = '{place, select, home {The agent keeps its state in} other {The agent runs from}} {folder}'

/** What `joey doctor` and the Host page say of this machine. Titles have no full stop, because more may follow them. */
export const findingSentences = defineSentences({
  'account-is-root': { sentence: 'The agent runs as root' },
  'account-is-not-root': { sentence: 'The agent does not run as root' },
  'account-is-not-root-detail': {
    sentence: 'Namespaces, limits and networks of sandboxes need it in this version.',
  },
  'file-system-known': {
    params: { name: 'text', how: ['built-in', 'module'] },
    sentence: 'The kernel has {name}{how, select, module {, as a module} other {}}',
  },
  'file-system-lacking': { params: { name: 'text' }, sentence: 'The kernel lacks {name}' },
  'file-system-lacking-detail': {
    params: { name: ['overlay', 'erofs'] },
    sentence: '{name, select, overlay {Sandboxes get their writable layer by it.} erofs {Images are stored in it.}}',
  },
  'seccomp-known': { sentence: 'The kernel has seccomp' },
  'seccomp-lacking': { sentence: 'The kernel lacks seccomp' },
  'seccomp-lacking-detail': {
    sentence: 'Without it every system call is open to sandboxes, and runtimes refuse to start them.',
  },
  'user-namespaces-known': { sentence: 'The kernel has user namespaces' },
  'user-namespaces-lacking': { sentence: 'The kernel offers no user namespaces' },
  'user-namespaces-lacking-detail': { sentence: 'Image tools cannot be confined as tightly as they could.' },
  'cgroups-found': {
    params: { version: 'text', controllers: 'text?' },
    sentence: 'cgroups {version} with {controllers, select, = {no controllers} other {{controllers}}}',
  },
  'cgroups-lacking-detail': {
    params: { controllers: 'text' },
    sentence: 'Limits of {controllers} do not hold: the kernel does not offer that here.',
  },
  'kvm-found': {
    params: { kind: ['none', 'usable', 'special'] },
    sentence: `{kind, select,
      none {No KVM: virtual machines would be emulated}
      usable {The processor offers KVM}
      special {KVM of a kind that is not usable: virtual machines would be emulated}
    }`,
  },
  'kvm-special-detail': {
    sentence: '/dev/kvm is there, but it does not run ordinary kernels (no vmx or svm flag, or the PVM module).',
  },
  'kvm-missing': { sentence: 'This machine offers no hardware virtualisation (no /dev/kvm).' },
  'kvm-special': { sentence: 'The KVM of this machine does not run ordinary kernels.' },
  'kvm-stalls': { sentence: 'A test machine did not come up by hardware virtualisation (KVM).' },
  'microvm-emulated': {
    params: { why: 'sentence' },
    sentence:
      '{why} Micro-VMs are emulated: they do all that they should, but take longer to start and run programs about ten times slower.',
  },
  'microvm-without-virtiofsd': { sentence: 'Without virtiofsd they take no mounts.' },
  /** Several findings of one thing, one after the other. */
  'finding-details': { params: { details: 'sentences' }, sentence: '{details}' },
  'program-found': {
    params: { name: 'text', version: 'text?' },
    sentence: '{name} {version, select, = {of unknown version} other {{version}}}',
  },
  'program-lacking': { params: { name: 'text' }, sentence: '{name} is missing' },
  'program-broken': { params: { name: 'text' }, sentence: '{name} does not work' },
  'program-not-installed': { params: { program: 'text' }, sentence: '{program} is not installed.' },
  'program-purpose': {
    params: {
      purpose: purposes,
    },
    sentence: `{purpose, select,
      outlive {Sandboxes outlive the agent by it.}
      fetch {Images are fetched and imported with it.}
      unpack {Images are unpacked with it.}
      confine {Image tools are confined with it.}
      attributes {Files are browsed, compared and exported with it.}
      archives {Archives of images are unpacked with it.}
      store {Images are stored with it.}
      built-in {The built-in image is made from it.}
      network {Sandboxes get their network by it.}
      filter {Sandboxes are kept from the host and each other by it.}
      other {Standard input of sandboxes is kept open by it.}
    }`,
  },
  'busybox-not-static': { sentence: 'busybox is not the static one' },
  'busybox-not-static-detail': { sentence: 'The built-in image needs one that brings its libraries along.' },
  'runtime-lacking': { sentence: 'No container runtime is installed' },
  'runtime-lacking-detail': { sentence: 'Sandboxes of the class "container" need crun or runc.' },
  'engine-works': { params: { name: 'text', version: 'text' }, sentence: '{name} {version} works' },
  'engine-broken': { params: { name: 'text', version: 'text' }, sentence: '{name} {version} does not work here' },
  'engine-without-version': { sentence: 'It does not report its version.' },
  'engine-not-tried': { sentence: 'Without busybox it cannot be tried.' },
  'engine-without-platform': { sentence: 'No platform of it can run here.' },
  'engine-output-lost': {
    params: { output: 'text' },
    sentence: 'The container ran, but its output was lost: {output}',
  },
  'gvisor-lacking': { sentence: 'gVisor is not installed' },
  'gvisor-lacking-detail': { sentence: 'Sandboxes of the class "gvisor" need its program runsc.' },
  'gvisor-works': {
    params: { version: 'text', platform: 'text' },
    sentence: 'gVisor {version} works ({platform})',
  },
  'gvisor-opens-files-as-root': {
    sentence:
      'What opens the files of its sandboxes is root of this machine, because it cannot have ids of its own here.',
  },
  'microvm-broken': { sentence: 'Micro-VMs cannot run here' },
  'microvm-works': {
    params: { version: 'text', speed: ['hardware', 'emulated'] },
    sentence: 'QEMU {version} works ({speed, select, hardware {by hardware virtualisation} emulated {emulated}})',
  },
  'microvm-kernel': { params: { version: 'text?' }, sentence: `Micro-VMs boot ${linux}` },
  'microvm-kernel-detail': {
    params: {
      ...{ packageName: 'text', packageVersion: 'text', origin: 'text', builtOn: 'text', licence: 'text' },
      faults: 'sentences',
    },
    sentence: 'From {packageName} {packageVersion} ({origin}), built on {builtOn}, licence {licence}. {faults}',
  },
  'microvm-kernel-own': {
    params: { version: 'text?', path: 'text' },
    sentence: `Micro-VMs boot ${linux} from {path}`,
  },
  'microvm-kernel-own-detail': {
    params: { sha256: 'text', faults: 'sentences' },
    sentence: 'sha256 {sha256}. Joey was not tested with it. {faults}',
  },
  'callers-checked': { sentence: 'Each connection to the agent is checked, and programs in sandboxes are refused' },
  'callers-unchecked': { sentence: 'Connections to the agent cannot be checked' },
  'callers-unchecked-detail': {
    sentence: 'A program in a sandbox that is let see the socket of the agent can speak to it.',
  },
  'account-served': {
    params: { uid: 'text' },
    sentence: 'The account {uid} may use the agent, and so is as good as root',
  },
  'account-of-window': {
    params: { uid: 'text' },
    sentence: 'The window that root has opened runs as an account of its own ({uid}), which may use the agent',
  },
  'apparmor-absent': { sentence: 'This machine has no AppArmor' },
  'apparmor-confines': {
    params: { profile: 'text' },
    sentence: 'AppArmor confines containers by the profile {profile}',
  },
  'apparmor-broken': { sentence: 'AppArmor does not confine containers, although this machine has it' },
  'apparmor-no-parser': { sentence: 'The profile cannot be loaded without the program apparmor_parser.' },
  'selinux-without-labels': { sentence: 'SELinux does not tell containers from the agent' },
  'selinux-without-policy': {
    sentence:
      'Its policy has no labels for containers: install the package container-selinux. Until then they may what SELinux lets the agent do.',
  },
  'selinux-confines': {
    params: { label: 'text' },
    sentence: 'SELinux confines containers as {label}, each with a level of its own',
  },
  'selinux-confines-detail': {
    sentence:
      'Those with folders, devices or the network of this machine, or with capabilities that were granted, have no label.',
  },
  'id-maps': {
    params: { count: 'number' },
    sentence: 'Root in a container is not root here: each has {count} ids of its own',
  },
  'id-maps-broken': {
    sentence: 'Root in a container, and what serves the mounts of a micro-VM, is root of this machine',
  },
  'id-maps-no-program': { params: { processor: 'text' }, sentence: 'Joey has no program for it on {processor}.' },
  'id-maps-untried': { sentence: 'There is nothing to try it with.' },
  'memory-ceiling': {
    params: { amount: 'text', percent: 'number' },
    sentence: 'All sandboxes together may use {amount} of memory ({percent} %)',
  },
  'memory-ceiling-none': { sentence: 'All sandboxes together may use all of the memory' },
  'memory-ceiling-none-detail': { sentence: 'The setting totalMemoryPercent is "none".' },
  'memory-ceiling-not-in-force': { sentence: 'What all sandboxes together may use of the memory is not limited' },
  'memory-ceiling-not-in-force-detail': {
    sentence: 'The kernel did not take the limit for their cgroup; the log of the agent says why.',
  },
  'disk-free': {
    params: { amount: 'text', room: ['enough', 'little'] },
    sentence: '{room, select, little {Only } enough {}}{amount} free for images and sandboxes',
  },
  'disk-free-detail': {
    params: { folder: 'text' },
    sentence: 'In {folder}. Remove images or sandboxes that you do not need.',
  },
  'memory-free': {
    params: { amount: 'text', room: ['enough', 'little'] },
    sentence: '{room, select, little {Only } enough {}}{amount} of memory available',
  },
  'memory-free-detail': { sentence: 'Sandboxes may be ended for want of memory.' },
  'memory-protection-missing': { sentence: 'The agent is not protected where memory runs out' },
  'memory-protection-missing-detail': {
    sentence:
      'It may not lower its own score (CAP_SYS_RESOURCE is missing). Sandboxes are still killed before it, other programs as before.',
  },
  'place-closed': {
    params: { place: ['program', 'home'], folder: 'text' },
    sentence: `${place}, which can be changed by root alone`,
  },
  'place-open': {
    params: { place: ['program', 'home'], folder: 'text' },
    sentence: `${place}, which others than root can change`,
  },
  'place-open-detail': {
    params: { paths: 'sentences', more: 'number' },
    sentence:
      'Whoever can change one of these can have root run what they like. {paths}{more, plural, =0 {} other { So it is with {more} more.}}',
  },
  'place-open-by-mode': { params: { path: 'text' }, sentence: 'Others can write to {path}.' },
  'place-of-account': { params: { path: 'text', uid: 'number' }, sentence: '{path} belongs to account {uid}.' },
  'images-possible': {
    sentence: 'Images can be imported, by skopeo, umoci and mkfs.erofs, confined by bubblewrap',
  },
  /** What the command line sees of a machine without an agent. */
  'socket-would-be': { params: { path: 'text' }, sentence: 'Its socket would be {path}.' },
  'own-account': {
    params: { root: ['yes', 'no'] },
    sentence:
      '{root, select, yes {This account is root, so it can start the agent.} no {This account is not root, and the agent needs it.}}',
  },
  'cgroups-mounted': {
    params: { mounted: ['yes', 'no'] },
    sentence:
      '{mounted, select, yes {Control groups are mounted.} no {Control groups are not mounted, so limits cannot hold.}}',
  },
  'runtimes-seen': {
    params: { runtimes: 'text?' },
    sentence: '{runtimes, select, = {No container runtime was found.} other {Container runtimes found: {runtimes}.}}',
  },
  'runtimes-seen-detail': { sentence: 'Install crun or runc.' },
  'programs-seen': {
    params: { missing: 'text?' },
    sentence:
      '{missing, select, = {The programs that the agent calls are there.} other {These programs were not found: {missing}.}}',
  },
  'programs-seen-detail': {
    sentence: 'Install the packages that carry them; npm start does it on Debian.',
  },
  'leftovers-found': {
    params: { count: 'number' },
    sentence:
      '{count, plural, one {# thing of Joey is} other {# things of Joey are}} left on this machine that no record explains',
  },
  leftover: {
    params: { kind: ['process', 'cgroup', 'mount', 'interface', 'namespace', 'table', 'folder'], what: 'text' },
    sentence: `{kind, select,
      process {Process}
      cgroup {Control group}
      mount {Mount}
      interface {Network interface}
      namespace {Network namespace}
      table {Table of the packet filter}
      other {Folder}
    } {what}.`,
  },
  'records-unreadable': {
    params: { count: 'number' },
    sentence: '{count, plural, =1 {A record} other {{count} records}} of Joey cannot be read',
  },
  'record-unreadable-since': {
    params: { table: recordTables, id: 'text', name: 'text?', at: 'text', words: 'text' },
    sentence: `The ${recordNoun} {name, select, = {{id}} other {"{name}" ({id})}}, since {at}: {words}.`,
  },
})
