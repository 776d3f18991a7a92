import { act, screen, waitFor } from '@testing-library/react'
import { toast } from 'sonner'
import { afterEach, expect, test } from 'vitest'
import { renderScreen } from '../testing/render.tsx'
import { Dialog } from './dialog.tsx'
import { Toaster } from './toaster.tsx'

afterEach(() => void toast.dismiss())

const place = (): string | undefined =>
  document.querySelector<HTMLElement>('[data-sonner-toaster]')?.dataset['yPosition']

function Both({ open }: { readonly open: boolean }) {
  return (
    <>
      <Dialog open={open} onOpenChange={() => undefined} title="Question" description="Words">
        <button type="button">Create</button>
      </Dialog>
      <Toaster />
    </>
  )
}

test('what is said of an action stands over the head of a dialog, whose buttons are at its foot', async () => {
  renderScreen(<Both open />)
  act(() => void toast('web is paused'))
  expect(await screen.findByText('web is paused')).toBeTruthy()
  await waitFor(() => expect(place()).toBe('top'))
})

test('without a dialog it stands at the foot of the page', async () => {
  renderScreen(<Both open={false} />)
  act(() => void toast('web goes on'))
  expect(await screen.findByText('web goes on')).toBeTruthy()
  expect(place()).toBe('bottom')
})
