import { common, createLowlight } from 'lowlight'
import { type CSSProperties, type ReactNode, useEffect, useMemo, useRef } from 'react'

// lowlight: highlight.js as a tree instead of HTML, so that nothing of a guest is ever parsed as a page.
const lowlight = createLowlight(common)

interface Props {
  readonly name: string
  readonly text: string
  readonly label: string
  /** Scrolled to and marked, counted from 1. */
  readonly line: number | null
}

/** More than this is shown plain: colouring it would hold up typing. */
const mostColoured = 100_000

const languages: Readonly<Record<string, string>> = {
  ...{
    sh: 'bash',
    bash: 'bash',
    profile: 'bash',
    py: 'python',
    js: 'javascript',
    mjs: 'javascript',
    cjs: 'javascript',
  },
  ...{
    ts: 'typescript',
    tsx: 'typescript',
    json: 'json',
    yml: 'yaml',
    yaml: 'yaml',
    toml: 'ini',
    ini: 'ini',
    conf: 'ini',
  },
  ...{ c: 'c', h: 'c', cpp: 'cpp', rs: 'rust', go: 'go', rb: 'ruby', php: 'php', java: 'java', css: 'css', sql: 'sql' },
  ...{ html: 'xml', xml: 'xml', svg: 'xml', md: 'markdown', diff: 'diff', patch: 'diff', lua: 'lua', pl: 'perl' },
  ...{ makefile: 'makefile', service: 'ini', env: 'bash' },
}

/** Text with the colours of its language, by the end of its name or its first line. */
export function HighlightedText({ name, text, label, line }: Props): ReactNode {
  const box = useRef<HTMLPreElement>(null)
  useEffect(() => {
    // No line is wrapped, so that all are of one height.
    const height = Number.parseFloat(box.current ? getComputedStyle(box.current).lineHeight : '')
    if (box.current && line !== null && height > 0) box.current.scrollTop = Math.max(0, line - 4) * height
  }, [line, text])
  const nodes = useMemo(() => {
    const language = text.length > mostColoured ? undefined : languageOf(name, text)
    return language === undefined ? null : lowlight.highlight(language, text).children
  }, [name, text])
  return (
    <pre ref={box} className="file-text" tabIndex={0} aria-label={label}>
      {line !== null && <span className="file-line" aria-hidden="true" style={{ '--at': line - 1 } as CSSProperties} />}
      {nodes ? nodes.map((node, index) => renderNode(node, index)) : text}
    </pre>
  )
}

function languageOf(name: string, text: string): string | undefined {
  if (text.startsWith('#!')) {
    const program = /^#!.*?\b(bash|sh|python|node|perl|ruby)/.exec(text)?.[1] ?? ''
    return { sh: 'bash', bash: 'bash', python: 'python', node: 'javascript', perl: 'perl', ruby: 'ruby' }[program]
  }
  return languages[name.toLowerCase().split('.').at(-1) ?? '']
}

type Node = ReturnType<typeof lowlight.highlight>['children'][number]

function renderNode(node: Node, index: number): ReactNode {
  if (node.type === 'text') return node.value
  if (node.type !== 'element') return null
  const classes = node.properties['className']
  return (
    <span key={index} className={Array.isArray(classes) ? classes.join(' ') : undefined}>
      {node.children.map((child, at) => renderNode(child, at))}
    </span>
  )
}
