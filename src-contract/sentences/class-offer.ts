import { defineSentences } from '../reasons/define.ts'

/** Which engine runs a class here, or why none does. */
export const classOfferSentences = defineSentences({
  'container-offered': {
    params: { engine: 'text', version: 'text' },
    sentence: "{engine} {version}, sharing this machine's kernel.",
  },
  'container-without-runtime': { sentence: 'No container runtime works here.' },
  'gvisor-offered': {
    params: { version: 'text', platform: 'text' },
    sentence: 'gVisor {version} answers the system calls, by {platform}.',
  },
  'gvisor-not-installed': { sentence: 'gVisor is not installed.' },
  'gvisor-not-working': {
    params: { version: 'text' },
    sentence: 'gVisor {version} does not work here.',
  },
  'microvm-offered': {
    params: { version: 'text', kernel: 'text?', speed: ['hardware', 'emulated'] },
    sentence:
      'QEMU {version} runs Linux {kernel, select, = {of unknown version} other {{kernel}}} of its own, {speed, select, hardware {on hardware} emulated {emulated}}.',
  },
  'microvm-not-working': { sentence: 'Micro-VMs cannot run here.' },
  'class-obstacle': { params: { obstacle: 'sentence' }, sentence: '{obstacle}.' },
  'class-without-engine': { sentence: 'Nothing on this machine runs it.' },
})
