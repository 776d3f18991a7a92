/**
 * Where the monitor begins a log anew, in a file that it renames over the one before. Whoever wants to keep that one has
 * given it another name by then (`io/logs/log-files.ts`); with or without an agent it grows no further.
 */
export const monitorLogBytes = 16 * 1024 * 1024
