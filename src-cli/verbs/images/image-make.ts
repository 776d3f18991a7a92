import { MirrorAddress, type Recipe, RecipeName, SuiteName } from '#contract/recipe'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'
import { withProgress } from '../../output/task-progress.ts'

export const imageMake = defineCommand({
  operands: 'debian|node|python',
  count: [1, 1],
  description:
    'Makes an image without a registry: debian from its packages, by debootstrap and from the mirror of this machine; node and\n' +
    'python on top of it. Nothing of them runs outside of a sandbox. "joey image templates" shows what there is.',
  flags: {
    again: { type: 'boolean', help: 'Make it although it is here.' },
    mirror: { type: 'string', value: 'URL', help: "Have the packages from here instead of this machine's mirror." },
    suite: { type: 'string', value: 'NAME', help: 'This release of Debian: bookworm, stable.' },
  },
  examples: [
    { line: 'joey image make debian', comment: 'Then: joey run -it debian' },
    { line: 'joey image make python', comment: 'Debian first, where it is not here.' },
  ],
  async run({ flags, operands: [word = ''] }, context) {
    const recipe = RecipeName.options.find((name) => name === word)
    if (recipe === undefined) throw usageError('usage-recipe', { text: word, names: RecipeName.options.join(', ') })
    const { mirror, suite, again } = flags
    if (mirror !== undefined && !MirrorAddress.safeParse(mirror).success)
      throw usageError('usage-mirror', { text: mirror })
    if (suite !== undefined && !SuiteName.safeParse(suite).success) throw usageError('usage-suite', { text: suite })
    const more = { ...(mirror !== undefined && { mirror }), ...(suite !== undefined && { suite }) }
    const made = await withProgress(context, (task) => context.client.makeImage({ recipe, again, task, ...more }))
    if (flags.json) printJson(context.stdout, made)
    else printLine(context.stdout, made.name)
    if (!flags.json && !made.made) printNote(context, `joey: ${made.name} was here already. --again makes it anew.`)
    return ExitCode.ok
  },
})

export const imageTemplates = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'What "joey image make" can make an image of without a registry.',
  flags: {},
  examples: [
    {
      line: 'joey image templates',
      comment: 'What there is, what it begins with, and what this machine lacks for it.',
    },
  ],
  async run({ flags }, context) {
    const recipes = await context.client.listRecipes({})
    if (flags.json) printJson(context.stdout, recipes)
    else printTable(context, columns, recipes)
    return ExitCode.ok
  },
})

const columns: readonly Column<Recipe>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'IMAGE', cell: ({ image }) => image },
  { title: 'BEGINS WITH', cell: ({ begins }) => begins ?? '-' },
  { title: 'STATE', cell: ({ here, lacks }) => (here ? 'is here' : lacks === null ? 'can be made' : `needs ${lacks}`) },
]
