import { defineSentences } from '../reasons/define.ts'

/** Why the kernel that the settings name for micro-VMs cannot be used. */
export const kernelSentences = defineSentences({
  'kernel-is-link': { sentence: 'It is a symbolic link; name the file itself.' },
  'kernel-not-opened': { params: { code: 'text' }, sentence: 'It cannot be opened ({code}).' },
  'kernel-no-file': { sentence: 'It is no regular file.' },
  'kernel-not-of-root': { sentence: 'It does not belong to root, so others could change it.' },
  'kernel-for-others': { sentence: 'Its mode lets others than its owner change it.' },
  'kernel-too-large': { params: { mebibytes: 'number' }, sentence: 'It is larger than {mebibytes} MiB.' },
  'kernel-no-elf': {
    sentence: 'It is not in the format ELF for 64 bits: name the file "vmlinux", not "bzImage".',
  },
  'kernel-other-processor': { sentence: 'It is for another processor than x86-64.' },
  'kernel-without-entry': { sentence: 'Its kernel cannot be entered by the PVH protocol.' },
})
