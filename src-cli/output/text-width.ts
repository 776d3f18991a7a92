/** What takes two cells of a terminal: Chinese, Japanese and Korean letters with their punctuation, and most pictures. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u
/** Letters that stand on the one before. */
const nothing = /\p{Mark}|\u200d/u

/** How many cells of a terminal a text takes. Chinese quotes and the ellipsis are taken as one, as most terminals do. */
export function widthOf(text: string): number {
  // Most of what is printed is plain, and there can be much of it.
  // oxlint-disable-next-line no-control-regex -- that is the range that is one cell each
  if (/^[\x00-\x7f]*$/.test(text)) return text.length
  let width = 0
  for (const letter of text) width += wide.test(letter) ? 2 : nothing.test(letter) ? 0 : 1
  return width
}

/** With blanks behind it up to so many cells. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Where a line may end: at a blank, and between two Chinese letters, but not before punctuation that closes. */
export function breakable(text: string): readonly { readonly piece: string; readonly blank: boolean }[] {
  return text
    .split(' ')
    .flatMap((word, at) =>
      word
        .split(/(?<=[\p{Script=Han}，。：；！？、）”])(?=[\p{Script=Han}（“])/u)
        .map((piece, index) => ({ piece, blank: at > 0 && index === 0 })),
    )
}
