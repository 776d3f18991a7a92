import { relative, sep } from 'node:path'
import { checkAgentTexts } from './agent-texts.ts'
import { checkCopy } from './copy-by-key.ts'
import { brokenFence } from './fences.ts'
import { checkHostWrites } from './host-writes.ts'

/** The part of oxlint's rule interface (ESLint's) that these rules use. */
interface Context {
  readonly filename: string
  readonly cwd: string
  report(finding: { node: unknown; message: string }): void
}
interface SourceNode {
  readonly source: { readonly type: string; readonly value?: unknown } | null
}
interface Named {
  readonly name?: string
}
/** `name(…)` or `object.property(…)`. */
interface Callee extends Named {
  readonly property?: Named
}

const fileOf = ({ filename, cwd }: Context): string => relative(cwd, filename).split(sep).join('/')

/** Checks static imports, re-exports, `import()`, `require()` and `getBuiltinModule()`: a fence with a gate that few use is no fence. */
const fence = {
  create(context: Context) {
    const file = fileOf(context)
    const check = (node: unknown, specifier: unknown): void => {
      if (typeof specifier !== 'string') return
      const broken = brokenFence(specifier, file)
      if (broken) context.report({ node, message: `${broken.name}: ${broken.remedy}` })
    }
    const checkSource = (node: SourceNode): void => check(node, node.source?.value)
    return {
      ImportDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      TSImportType: checkSource,
      CallExpression(node: { callee: Callee; arguments: readonly { value?: unknown }[] }): void {
        const name = node.callee.name ?? node.callee.property?.name
        if (name === 'require' || name === 'getBuiltinModule') check(node, node.arguments[0]?.value)
      },
    }
  },
}

const exposeFile = 'src-main/ipc/expose.ts'
const ipcMessage =
  'ipc-only-by-contract: every message from the page is validated in one place. ' +
  `Declare an operation in src-contract and bind it with expose() from ${exposeFile}.`

/** `ipcMain`, and the same door of one window or frame (`webContents.ipc`), are touched by expose.ts only. */
const ipcOnlyByContract = {
  create(context: Context) {
    const file = fileOf(context)
    if (!file.startsWith('src-main/') || file === exposeFile || file.endsWith('.test.ts')) return {}
    return {
      Identifier(node: Named): void {
        if (node.name === 'ipcMain') context.report({ node, message: ipcMessage })
      },
      MemberExpression(node: { object: Named & { property?: Named }; property: Named }): void {
        const owner = node.object.name ?? node.object.property?.name ?? ''
        const isFrame = /(contents|frame)$/i.test(owner)
        if (node.property.name === 'ipc' && isFrame) context.report({ node, message: ipcMessage })
      },
    }
  },
}

/** The agent writes by name in its own folders only. */
const hostWritesInOnePlace = {
  create(context: Context) {
    return checkHostWrites(fileOf(context), (node, message) => context.report({ node, message }))
  },
}

const madeByHand =
  'reason-from-table: a failure is made by appError() from a reason in src-contract/reasons, so that it can be said in ' +
  'every language. Add the reason there. Only what another process sent is handed on as new AppError(wire).'

const usageByHand =
  'reason-from-table: what is wrong with a command line is an entry of src-contract/sentences/usage.ts, named here as it ' +
  'stands there, so that it can be said in every language.'

/** No product code makes up a failure with a sentence of its own. */
const reasonFromTable = {
  create(context: Context) {
    const file = fileOf(context)
    if (!file.startsWith('src-') || /\.test\.tsx?$|\/testing\/|^src-contract\/app-error\.ts$/.test(file)) return {}
    return {
      NewExpression(node: { callee: Named; arguments: readonly { type: string }[] }): void {
        if (node.callee.name === 'AppError' && node.arguments[0]?.type === 'ObjectExpression')
          context.report({ node, message: madeByHand })
      },
      CallExpression(node: { callee: Callee; arguments: readonly { type: string }[] }): void {
        if (node.callee.name === 'usageError' && node.arguments[0]?.type !== 'Literal')
          context.report({ node, message: usageByHand })
      },
    }
  },
}

/** The agent has no sentence of its own. */
const textFromTable = {
  create(context: Context) {
    return checkAgentTexts(fileOf(context), (node, message) => context.report({ node, message }))
  },
}

/** The window's words stand in its copy. */
const copyByKey = {
  create(context: Context) {
    return checkCopy(fileOf(context), (node, message) => context.report({ node, message }))
  },
}

export default {
  meta: { name: 'joey' },
  rules: {
    fence,
    'ipc-only-by-contract': ipcOnlyByContract,
    'host-writes-in-one-place': hostWritesInOnePlace,
    'reason-from-table': reasonFromTable,
    'text-from-table': textFromTable,
    'copy-by-key': copyByKey,
  },
}
