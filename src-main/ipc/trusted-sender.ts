import type { IpcMainInvokeEvent, WebContents } from 'electron'
import { isAppUrl } from '../protocol/app-url.ts'

type Sender = Pick<IpcMainInvokeEvent, 'senderFrame'> & { readonly sender: Pick<WebContents, 'id' | 'mainFrame'> }

/**
 * Who may speak to main: the top frame, on the app's origin, of a window that main has opened. Asked before anything
 * that the message says is looked at.
 */
export function createSenderCheck(isKnownWindow: (contentsId: number) => boolean): (event: Sender) => boolean {
  return ({ sender, senderFrame }) => {
    if (!senderFrame || !isKnownWindow(sender.id)) return false
    if (senderFrame.parent !== null || senderFrame !== sender.mainFrame) return false
    return isAppUrl(senderFrame.url)
  }
}
