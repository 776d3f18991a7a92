import type { ReactNode } from 'react'

/** Joey's mark: two ears that look out of a pouch. The caller names it, or hides it from screen readers. */
export function Mark({ size = 24 }: { readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <path
        d="M9.2 16.5C6.6 12.6 5.9 7.2 7.6 2.9c.2-.6 1-.7 1.4-.2 3.2 3.4 4.9 7.3 5.3 11.6M22.8 16.5c2.6-3.9 3.3-9.3 1.6-13.6-.2-.6-1-.7-1.4-.2-3.2 3.4-4.9 7.3-5.3 11.6"
        fill="var(--accent)"
        opacity={0.55}
      />
      <path d="M8.4 17.4c0-4.4 3.4-7.2 7.6-7.2s7.6 2.8 7.6 7.2z" fill="var(--accent)" />
      <circle cx="12.9" cy="15" r="1.15" fill="var(--side)" />
      <circle cx="19.1" cy="15" r="1.15" fill="var(--side)" />
      <path
        d="M3.4 17.2c4 1.7 8.2 2.5 12.6 2.5s8.6-.8 12.6-2.5c.7-.3 1.4.3 1.3 1C29.1 25.5 23.4 30 16 30S2.9 25.5 2.1 18.2c-.1-.7.6-1.3 1.3-1z"
        fill="var(--text)"
      />
    </svg>
  )
}
