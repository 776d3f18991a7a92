import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { expect, test } from 'vitest'
import { useRovingRows } from './roving-rows.ts'

function Table({ names }: { readonly names: readonly string[] }): ReactNode {
  const rows = useRovingRows()
  return (
    <main id="main" tabIndex={0} aria-label="page">
      <button type="button">before</button>
      {names.length > 0 && (
        <table>
          <tbody ref={rows}>
            {names.map((name) => (
              <tr key={name}>
                <td>
                  <a href={`#${name}`}>{name}</a>
                </td>
                <td>
                  <button type="button">stop {name}</button>
                  <button type="button">remove {name}</button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <button type="button">after</button>
    </main>
  )
}

const many = Array.from({ length: 40 }, (_, index) => `box-${index}`)
const focused = (): string => document.activeElement?.textContent ?? ''

test('all rows together are one stop of the Tab key, which is where one was last', async () => {
  const user = userEvent.setup()
  render(<Table names={many} />)
  screen.getByRole('button', { name: 'before' }).focus()

  await user.tab()
  expect(focused()).toBe('box-0')
  await user.keyboard('{ArrowDown}{ArrowDown}{ArrowRight}')
  expect(focused()).toBe('stop box-2')
  await user.tab()
  expect(focused()).toBe('after')
  await user.tab({ shift: true })
  expect(focused()).toBe('stop box-2')
})

test('keys go along a row and to the ends of the list, and not beyond', async () => {
  const user = userEvent.setup()
  render(<Table names={many} />)
  screen.getByRole('link', { name: 'box-0' }).focus()

  await user.keyboard('{ArrowUp}{ArrowLeft}')
  expect(focused()).toBe('box-0')
  await user.keyboard('{End}{ArrowRight}{ArrowRight}{ArrowRight}')
  expect(focused()).toBe('remove box-39')
  await user.keyboard('{PageUp}')
  expect(focused()).toBe('remove box-24')
})

test('where the row with the focus goes, the one in its place has it', async () => {
  const { rerender } = render(<Table names={['a', 'b', 'c']} />)
  screen.getByRole('button', { name: 'remove b' }).focus()

  rerender(<Table names={['a', 'c']} />)
  await expect.poll(focused).toBe('remove c')
  rerender(<Table names={['a']} />)
  await expect.poll(focused).toBe('remove a')
  rerender(<Table names={[]} />)
  await expect.poll(() => document.activeElement?.getAttribute('aria-label')).toBe('page')
})

test('a row that goes while the focus is elsewhere takes none', async () => {
  const { rerender } = render(<Table names={['a', 'b']} />)
  screen.getByRole('link', { name: 'a' }).focus()
  screen.getByRole('button', { name: 'after' }).focus()

  rerender(<Table names={['b']} />)
  await expect.poll(() => screen.getByRole('link', { name: 'b' }).getAttribute('tabindex')).toBe('0')
  expect(focused()).toBe('after')
})
