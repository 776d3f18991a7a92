import { type DragEvent, useState } from 'react'

interface FileDrop {
  readonly dropping: boolean
  /** For the element that files are dropped on. */
  readonly targets: {
    readonly onDragOver: (event: DragEvent) => void
    readonly onDragLeave: () => void
    readonly onDrop: (event: DragEvent) => void
  }
}

/** Takes files and folders of this machine that are dropped on an element. */
export function useFileDrop(onFiles: (paths: readonly string[]) => Promise<void>): FileDrop {
  const [dropping, setDropping] = useState(false)
  const onDragOver = (event: DragEvent): void => {
    event.preventDefault()
    setDropping(true)
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setDropping(false)
    const paths = [...event.dataTransfer.files].map((file) => window.joey.pathOf(file)).filter((each) => each !== '')
    if (paths.length > 0) void onFiles(paths)
  }
  return { dropping, targets: { onDragOver, onDragLeave: () => setDropping(false), onDrop } }
}
