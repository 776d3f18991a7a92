import { Problem } from '../problem.ts'
import { findProgram } from './probe.ts'

/** A program and its arguments. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
}

/** Whether windows have somewhere to appear. */
export function hasDisplay(): boolean {
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

/** Wraps a command so that it gets a display of its own, which ends with it. */
export function underVirtualDisplay({ program, args }: Command): Command {
  const xvfbRun = findProgram('xvfb-run')
  if (!xvfbRun) throw new Problem('There is no display, and xvfb-run was not found. Install the package xvfb.')
  return { program: xvfbRun, args: ['-a', '-s', '-screen 0 1440x900x24 -nolisten tcp', program, ...args] }
}
