import type { Language } from '../define.ts'
import { reasons } from './reasons/index.ts'
import { sentences } from './sentences/index.ts'

/** Simplified Chinese. */
export const chinese: Language = { tag: 'zh-CN', between: '', reasons: { ...reasons, ...sentences } }
