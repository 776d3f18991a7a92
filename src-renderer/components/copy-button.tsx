import { Check, Copy } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { copyText } from '#contract/app'
import { call } from '../call.ts'
import { IconButton } from './button.tsx'

const shownMs = 1500

/** Copies through main, because the page may not touch the clipboard itself. Resolves to whether it worked. */
export async function copyToClipboard(text: string, failed: string): Promise<boolean> {
  try {
    await call(copyText, { text })
    return true
  } catch {
    toast.error(failed)
    return false
  }
}

/** Remembers for a moment that something was copied. */
export function useCopy(text: string): readonly [boolean, () => void] {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  return [copied, () => void copyToClipboard(text, t('common.copyFailed')).then(setCopied)]
}

interface Props {
  readonly text: string
  /** What is copied, for the accessible name: "the digest". */
  readonly thing: string
}

export function CopyButton({ text, thing }: Props): ReactNode {
  const { t } = useTranslation()
  const [copied, copy] = useCopy(text)
  return (
    <IconButton label={copied ? t('common.copied') : t('common.copyThing', { thing })} size="small" onClick={copy}>
      {copied ? <Check /> : <Copy />}
    </IconButton>
  )
}

/** A command line to run in a shell, with a button that copies it. */
export function CopyableCommand({ command, thing }: { readonly command: string; readonly thing: string }): ReactNode {
  return (
    <span className="command">
      <code>{command}</code>
      <CopyButton text={command} thing={thing} />
    </span>
  )
}
