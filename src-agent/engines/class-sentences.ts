import type { ClassOffer, Finding } from '#contract/agent'
import type { ClassFeature, ClassLimitation } from '#contract/classes'
import { titleOf } from '#contract/finding'
import type { Said } from '#contract/reasons/define'
import { type Sentence, sentence, wordingOf } from '#contract/sentence'

/** What a class cannot do, or does otherwise, said by one of the sentences of the contract. */
export function limitation(feature: ClassFeature, said: Sentence): ClassLimitation {
  return { feature, reason: said.message, wording: wordingOf(said) }
}

/** Which engine a class has, or why it has none, in the same way. */
export function explain(said: Said): Pick<ClassOffer, 'explanation' | 'explanationWording'> {
  return { explanation: said.message, explanationWording: wordingOf(said) }
}

/** Why no class is offered where a finding stands in the way of every sandbox. */
export function explainObstacle(obstacle: Finding): ReturnType<typeof explain> {
  return explain(sentence('class-obstacle', { obstacle: titleOf(obstacle) }))
}

/** Why micro-VMs are emulated; nothing beside the null where hardware runs them. */
export function emulatedBy(why: Sentence | null): Pick<ClassOffer, 'emulatedWording'> & { emulated: string | null } {
  return why === null ? { emulated: null } : { emulated: why.message, emulatedWording: wordingOf(why) }
}
