import type { BlastRadius, IsolationView, SandboxIsolation, Score, ScorePart } from '#contract/isolation'
import { describeEdges, labelsOf } from './edges-text.ts'
import { columnOfHeads, type Paragraph, paragraph, section } from './paragraphs.ts'

/** All sandboxes: scores, weakest class first, with what costs each the most; what is shared; who disturbs whom. */
export function describeAll(view: IsolationView): readonly Paragraph[] {
  const weakestFirst = view.sandboxes.toSorted((one, other) => one.score.value - other.score.value)
  const names = columnOfHeads(weakestFirst.map(({ name }) => ({ head: name, text: '' })))
  const scores = weakestFirst.map(({ class: isolationClass, score }, index) => ({
    head: `  ${String(score.value).padStart(3)}  ${isolationClass.padEnd(9)}  ${names[index]?.head ?? ''}`,
    text: costliest(score)?.sentence ?? '',
  }))
  return [
    paragraph(`All sandboxes: ${view.score.value} of 100`),
    ...section('Sandboxes, weakest first, with what costs each the most:', scores),
    ...section('What is shared, widest opening first:', describeEdges(view)),
    ...describeDisturbance(view),
  ]
}

/** One sandbox: score with its derivation, facts, what it can act on and what can act on it. */
export function describeOne(view: IsolationView, { sources }: { readonly sources: boolean }): readonly Paragraph[] {
  return view.sandboxes.flatMap((sandbox) => {
    const own = new Set(view.nodes.filter((node) => node.sandbox === sandbox.id).map(({ id }) => id))
    const from = view.edges.filter((edge) => own.has(edge.from))
    const to = view.edges.filter((edge) => own.has(edge.to) && !own.has(edge.from))
    return [
      paragraph(`${sandbox.name} (${sandbox.class}, ${sandbox.state}): ${sandbox.score.value} of 100`),
      ...section('Score:', describeScore(sandbox.score)),
      ...describeFacts(sandbox, sources),
      ...section('What it can act on, widest opening first:', describeEdges(view, from)),
      ...section('What can act on it, widest opening first:', describeEdges(view, to)),
      ...describeDisturbance(view),
    ]
  })
}

/** What a takeover reaches, nearest first, each with the way there, and the change that would help most. */
export function describeBlast(blast: BlastRadius, view: IsolationView): readonly Paragraph[] {
  const label = labelsOf(view)
  const edges = new Map(view.edges.map((edge) => [edge.id, edge]))
  if (blast.reached.length === 0) return [paragraph(`Nothing is within reach of ${label(blast.from)}.`)]
  const reached = blast.reached.flatMap(({ node, strength, path }) => {
    const steps = path.flatMap((id) => edges.get(id) ?? [])
    const by = steps.slice(0, -1).map(({ to }) => label(to))
    const last = steps.at(-1)?.sentence ?? ''
    return [
      paragraph(`${label(node)} (${strength})`, 2),
      paragraph(by.length === 0 ? last : `by ${by.join(' -> ')}: ${last}`, 4),
    ]
  })
  const help = blast.cut === null ? 'No single change would cut this.' : `What would help most: ${blast.cut.sentence}`
  return [
    paragraph(`If ${label(blast.from)} is taken over, these are within reach, with the weakest link on the way:`),
    ...reached,
    paragraph(''),
    paragraph(help),
  ]
}

/** The part with the most points missing. */
function costliest({ parts }: Score): ScorePart | undefined {
  return parts
    .toSorted((one, other) => other.of - other.points - (one.of - one.points))
    .find((part) => part.points < part.of)
}

function describeScore({ parts }: Score): readonly Paragraph[] {
  return parts.map(({ points, of, sentence }) => ({ head: `${`${points}/${of}`.padStart(9)}  `, text: sentence }))
}

function describeFacts({ facts }: SandboxIsolation, sources: boolean): readonly Paragraph[] {
  const weakerFirst = [...facts.filter(({ weaker }) => weaker), ...facts.filter(({ weaker }) => !weaker)]
  const rows = weakerFirst.map(
    ({ name, value, source, weaker }): Paragraph => ({
      head: `  ${weaker ? '!' : ' '} ${name}`,
      text: sources ? `${value}  [${source}]` : value,
      ...(weaker ? { colour: 'yellow' as const } : {}),
    }),
  )
  const legend = facts.some(({ weaker }) => weaker) ? ' (! weaker than the default of its class)' : ''
  return section(`Observed${legend}:`, columnOfHeads(rows))
}

function describeDisturbance({ interference }: IsolationView): readonly Paragraph[] {
  const lines = interference.map(({ sentence, suggestion }) => `${sentence} ${suggestion?.sentence ?? ''}`.trimEnd())
  return section(
    'Disturbed:',
    lines.map((line) => paragraph(line, 2)),
  )
}
