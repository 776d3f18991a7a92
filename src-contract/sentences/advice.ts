import { defineSentences } from '../reasons/define.ts'

/** Why a class is recommended for a wish, and what to know beside. */
export const adviceSentences = defineSentences({
  'advice-trusted': { sentence: 'You trust this code: a container starts fastest and costs least.' },
  'advice-not-trusted': { sentence: "You do not trust this code: gVisor keeps it off this machine's kernel." },
  'advice-built-in': { sentence: 'The image is built into Joey: a container starts fastest and costs least.' },
  'advice-imported': {
    sentence:
      'You imported the image yourself: a container starts fastest and costs least. Say that you do not trust it, and a stronger class is recommended.',
  },
  'advice-registry': { sentence: "The image is not from you: gVisor keeps it off this machine's kernel." },
  'advice-kernel-modules': {
    sentence: "It wants to load kernel modules: in a micro-VM they go into its own kernel, not into this machine's.",
  },
  'advice-capabilities': {
    params: { capabilities: 'text' },
    sentence: 'It is granted {capabilities}: in a micro-VM that is power over its own kernel only.',
  },
  'advice-root': {
    sentence: "Its code runs as root: under gVisor that is root of an application kernel, not of this machine's.",
  },
  'advice-detour': {
    params: { wanted: 'text', recommended: 'text', strength: ['weaker', 'stronger'] },
    sentence:
      'The class "{wanted}" would fit, but does not work for this wish here. "{recommended}" is the next {strength, select, weaker {weaker} stronger {stronger}} one that does.',
  },
  'advice-writable-folders': {
    sentence:
      'Folders of this machine that it may write to are open to it in every class. Mount them read-only where that is enough.',
  },
  'advice-small-files': {
    sentence:
      'Many small files in mounted folders are slower in this class. Keep what is built and changed often on its own disk.',
  },
  'advice-host-network': {
    sentence: "With this machine's own network it reaches all that listens on this machine, whatever the class.",
  },
})
