/** As `find` names them. */
export type EntryKind = 'f' | 'd' | 'l' | 'p' | 's' | 'c' | 'b'
