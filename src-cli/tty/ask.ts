import { appError } from '#contract/app-error'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-codes.ts'

/** Asks for a line on the terminal. What is typed is shown, or, where it is a secret, is not. */
export async function ask(
  { stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>,
  question: string,
  { secret }: { readonly secret: boolean },
): Promise<string> {
  if (!stdin.isTTY) throw appError('input-not-a-tty')
  stderr.write(question)
  stdin.setRawMode(true)
  try {
    return await readLine(stdin, (text) => {
      if (!secret) stderr.write(text)
    })
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

const keys = { interrupt: '\x03', end: '\x04', erase: ['\x7f', '\b'], eraseAll: '\x15', enter: ['\r', '\n'] }

function readLine(stdin: NodeJS.ReadStream, echo: (text: string) => void): Promise<string> {
  return new Promise((resolve) => {
    let line: string[] = []
    const finish = (): void => {
      stdin.off('data', onData)
      resolve(line.join(''))
    }
    const onData = (chunk: Buffer): void => {
      for (const key of chunk.toString('utf8')) {
        if (key === keys.interrupt) process.exit(ExitCode.interrupted)
        if (keys.enter.includes(key) || key === keys.end) return finish()
        if (keys.erase.includes(key)) {
          if (line.pop() !== undefined) echo('\b \b')
        } else if (key === keys.eraseAll) {
          echo('\b \b'.repeat(line.length))
          line = []
        } else if (key >= ' ') {
          line.push(key)
          echo(key)
        }
      }
    }
    stdin.on('data', onData)
    stdin.resume()
  })
}
