import type { LanguageTag } from '#contract/languages/index'

const english = {
  unsavedTitle: 'A file has unsaved edits.',
  unsavedText: 'They are lost if the window closes.',
  goBack: 'Go back',
  discardEdits: 'Discard the edits',
  imageArchives: 'Image archives',
  allFiles: 'All files',
  bundles: 'Joey bundles',
  svgPicture: 'SVG picture',
  pngPicture: 'PNG picture',
  csvTable: 'CSV table',
} as const

type Words = Readonly<Record<keyof typeof english, string>>

/** What the dialogs of the desktop say, for which the compiler asks with each language: few words, so that they are always there. */
const tables: Readonly<Record<LanguageTag, Words>> = {
  'zh-CN': {
    unsavedTitle: '有文件的编辑未保存。',
    unsavedText: '关闭窗口后它们会丢失。',
    goBack: '返回',
    discardEdits: '放弃编辑',
    imageArchives: '镜像归档',
    allFiles: '所有文件',
    bundles: 'Joey 包',
    svgPicture: 'SVG 图片',
    pngPicture: 'PNG 图片',
    csvTable: 'CSV 表格',
  },
}

let spoken: Words = english

/** The page says in which language it is; one that main does not know is English. */
export function speakAs(tag: string): void {
  spoken = Object.hasOwn(tables, tag) ? tables[tag as LanguageTag] : english
}

/** A text of a dialog of the desktop, in the language of the page. */
export function word(key: keyof Words): string {
  return spoken[key]
}
