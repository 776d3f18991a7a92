import { expect, test } from 'vitest'
import { ClassAdvice, ClassLimitation, ClassPlan } from './classes.ts'
import { parseAnswer } from './tolerant.ts'

test.each([
  ['a limitation', ClassLimitation, { feature: 'exec', reason: 'It cannot.' }],
  ['advice', ClassAdvice, { recommended: 'gvisor', because: ['It fits.'], classes: [] }],
  [
    'a plan',
    ClassPlan,
    {
      ...{ from: 'container', to: 'gvisor', restarts: true, estimateMs: null, problems: [] },
      ...{ lost: ['Memory'], kept: ['Its disk'], steps: [{ what: 'Stop it', estimateMs: null }] },
    },
  ],
])('%s of an agent that gives texts without wordings is understood', (_what, schema, value) => {
  expect(parseAnswer(schema, value)).toStrictEqual({ success: true, data: value })
})
