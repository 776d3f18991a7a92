import { defineSentences } from '../reasons/define.ts'

export const classSentences = defineSentences({
  'objection-network-hardware': {
    sentence: "a micro-VM has network hardware of its own and cannot share this machine's.",
  },
  'objection-own-devices': {
    sentence: 'the kernel in a micro-VM drives its own devices and sees none of this machine.',
  },
  'objection-own-kernel': {
    sentence: 'a micro-VM has a kernel of its own, whose system calls are not filtered.',
  },
  'objection-gvisor-devices': {
    sentence: 'gVisor answers system calls itself and passes on no device of this machine.',
  },
  'objection-gvisor-new-privileges': {
    sentence: 'gVisor ignores the rights that files give to programs.',
  },
  'objection-gvisor-calls': {
    sentence: 'system calls go to gVisor, which does not filter them by a profile.',
  },
  'memory-too-small': {
    sentence:
      'A micro-VM has a kernel of its own and needs at least 64 MiB of memory. Raise the limit, or choose another class.',
  },
  'class-same': {
    params: { name: 'text', class: 'text' },
    sentence: '"{name}" is in the class "{class}" already. Nothing would change.',
  },
})
