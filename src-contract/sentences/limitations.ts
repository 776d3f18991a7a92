import { defineSentences } from '../reasons/define.ts'

/** What a class cannot do, or does otherwise; each begins with the class. */
export const limitationSentences = defineSentences({
  'container-live-snapshot': {
    sentence: 'The memory of processes of the host cannot be saved here. The disk can, at any time.',
  },
  'container-kernel-modules': {
    sentence: "It shares this machine's kernel. Take a micro-VM for one of its own.",
  },
  'gvisor-live-memory-limit': {
    sentence: 'A new memory limit holds at once, but programs inside go on reading the old one in /proc/meminfo.',
  },
  'gvisor-live-limits': {
    sentence:
      'The limit of processes is held by this machine, which sees several tasks of gVisor for each process inside. It is therefore approximate, and going far beyond it ends the whole sandbox.',
  },
  'gvisor-grants': {
    sentence:
      "Capabilities act on gVisor's own kernel only, and devices of this machine cannot be given. Take a container for those.",
  },
  'gvisor-bind-mounts': {
    sentence: 'Sockets and named pipes in mounted folders of this machine cannot be used. Files and folders can.',
  },
  'gvisor-signals': {
    sentence: 'Real-time signals (34 to 64) cannot be sent. An image that names one to stop gets TERM.',
  },
  'gvisor-out-of-memory': {
    sentence:
      'A program that runs out of memory ends the whole sandbox, because the guest is one process of this machine.',
  },
  'gvisor-unnamed-files': {
    sentence: 'Files without a name (O_TMPFILE) cannot be made. Programs that cannot do without fail.',
  },
  'gvisor-named-pipes': {
    sentence:
      'Named pipes that programs make are in memory alone: they are gone after a stop, and no snapshot of the disk, fork, bundle or other class has them. Those of an image, or made in another class, cannot be used. A socket on the disk gets no second name (`link`), which supervisord gives its own: mount a --tmpfs there.',
  },
  'gvisor-watching': {
    sentence:
      'Programs that watch a mounted folder (inotify) hear of changes that are made on this machine from Joey: as new attributes of what has changed, and something of the name that comes and goes where it is gone. Not in a folder that is mounted read-only, nor in those called node_modules and .git.',
  },
  'gvisor-terminal-names': {
    sentence: 'Terminals work, but have no name inside: `tty` and programs that open theirs by name fail.',
  },
  'gvisor-set-id-bits': {
    sentence:
      'In folders of this machine a program that sets the set-user-id bit (`chmod 4755`) is told that it did, although nothing has changed. In containers and micro-VMs it is told that it may not.',
  },
  'gvisor-kernel-modules': {
    sentence: 'gVisor has a kernel of its own that loads no modules. Take a micro-VM for them.',
  },
  'microvm-hardware-speed': {
    sentence: 'The processor is emulated: programs run many times slower.',
  },
  'microvm-live-memory-limit': {
    params: { leastMebibytes: 'number' },
    sentence:
      'A running guest cannot get more memory than its machine was started with, at least {leastMebibytes} MiB. A lower limit is kept by the kernel of the guest.',
  },
  'microvm-bind-mounts': {
    sentence:
      'Mounts are served by a helper process on this machine, at most three of them, and each open and read in them costs more than in a container. With a mount, its memory cannot be saved, and it boots in place of starting from a template.',
  },
  'microvm-watching': {
    sentence:
      'Programs that watch a mounted folder (inotify) hear of changes that are made on this machine from Joey: as new attributes and the end of writing of what has changed, and new attributes of the folder where something is gone. Not in a folder that is mounted read-only, nor in those called node_modules and .git.',
  },
  'microvm-grants': {
    sentence: 'The network of this machine and its devices cannot be given to a guest that has its own kernel.',
  },
  'microvm-nested-mounts': {
    sentence: 'A mount inside of a folder that is mounted is not seen by the guest.',
  },
})
