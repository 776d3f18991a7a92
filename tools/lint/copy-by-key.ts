/** What the rule looks at of the page's markup. */
interface JsxText {
  readonly value?: unknown
}
interface JsxAttribute {
  readonly name: { readonly name?: unknown }
  readonly value: {
    readonly type: string
    readonly value?: unknown
    readonly expression?: { readonly type: string; readonly value?: unknown; readonly quasis?: readonly unknown[] }
  } | null
}

const message =
  'copy-by-key: what a person reads in the window is a key of src-renderer/copy, said by t(), so that it is there in ' +
  'every language. Add the key in each of them.'

/** Attributes that a person reads, or hears read. */
const readAttributes: ReadonlySet<unknown> = new Set([
  ...['aria-label', 'aria-description', 'aria-placeholder', 'aria-roledescription', 'aria-valuetext'],
  ...['title', 'alt', 'placeholder', 'label'],
])

/** The same in every language: the product's name, keys as they are printed on them, paths, and examples in capitals. */
const isName = (text: string): boolean =>
  /^(Joey|Esc|Enter|Tab|Delete|Home|End|PgUp|PgDn|Ctrl|Shift|Alt|\/[\w./-]*|[A-Z][A-Z0-9_]*)$/.test(text)

const isRead = (text: unknown): boolean => typeof text === 'string' && /\p{L}{2}/u.test(text) && !isName(text.trim())

/** Words that stand in a component itself. */
export function checkCopy(file: string, report: (node: unknown, message: string) => void) {
  if (!/^src-renderer\/.*\.tsx$/.test(file) || /\.test\.tsx$|\/testing\//.test(file)) return {}
  return {
    JSXText(node: JsxText): void {
      if (isRead(node.value)) report(node, message)
    },
    JSXAttribute(node: JsxAttribute): void {
      if (!readAttributes.has(node.name.name)) return
      const text = node.value?.type === 'JSXExpressionContainer' ? node.value.expression : node.value
      if (isRead(text?.value)) report(node, message)
    },
  }
}
