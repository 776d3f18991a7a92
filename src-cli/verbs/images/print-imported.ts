import type { Image } from '#contract/image'
import { type Context, printJson, printLine, printNote } from '../../context.ts'

/** Prints what came out of an archive, by name; the built-in image among it was left as it was. */
export function printImported(context: Context, images: readonly Image[], { json }: { readonly json: boolean }): void {
  if (json) printJson(context.stdout, images)
  for (const { names, digest, builtIn } of images) {
    const words = names.join(', ') || digest
    if (builtIn) printNote(context, `joey: ${words} is the built-in image, which was left as it is.`)
    else if (!json) printLine(context.stdout, words)
  }
}
