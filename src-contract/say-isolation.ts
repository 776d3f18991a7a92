import type { BlastRadius, Interference, IsolationFact, IsolationNode, IsolationView, Score } from './isolation.ts'
import { type Language, sayText } from './language.ts'
import type { Wording } from './sentence.ts'

/** A view with all its texts in the language, so that whatever shows a part of it has nothing left to say. */
export function sayView(view: IsolationView, language: Language | null): IsolationView {
  const say = sayIn(language)
  return {
    ...view,
    sandboxes: view.sandboxes.map((sandbox) => ({
      ...sandbox,
      facts: sandbox.facts.map((fact) => sayFact(fact, say)),
      score: sayScore(sandbox.score, say),
    })),
    nodes: view.nodes.map((node) => sayNode(node, say)),
    edges: view.edges.map((edge) => ({ ...edge, sentence: say(edge.sentence, edge.wording) })),
    score: sayScore(view.score, say),
    interference: view.interference.map((each) => sayInterference(each, say)),
  }
}

/** The same for what is within reach. */
export function sayBlast(blast: BlastRadius, language: Language | null): BlastRadius {
  const { cut } = blast
  return { ...blast, cut: cut && { ...cut, sentence: sayText(cut.sentence, cut.wording, language) } }
}

type Say = (text: string, wording: Wording | undefined) => string

function sayIn(language: Language | null): Say {
  return (text, wording) => sayText(text, wording, language)
}

function sayFact(fact: IsolationFact, say: Say): IsolationFact {
  return {
    ...fact,
    name: say(fact.name, fact.nameWording),
    value: say(fact.value, fact.valueWording),
    source: say(fact.source, fact.sourceWording),
  }
}

function sayNode(node: IsolationNode, say: Say): IsolationNode {
  return {
    ...node,
    label: say(node.label, node.labelWording),
    details: node.details.map((detail) => ({
      ...detail,
      name: say(detail.name, detail.nameWording),
      value: say(detail.value, detail.valueWording),
    })),
  }
}

function sayScore(score: Score, say: Say): Score {
  return { ...score, parts: score.parts.map((part) => ({ ...part, sentence: say(part.sentence, part.wording) })) }
}

function sayInterference(each: Interference, say: Say): Interference {
  const { suggestion } = each
  return {
    ...each,
    sentence: say(each.sentence, each.wording),
    suggestion: suggestion && { ...suggestion, sentence: say(suggestion.sentence, suggestion.wording) },
  }
}
