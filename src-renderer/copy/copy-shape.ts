/**
 * What a language has to say for a table of the English copy: every key and no other. The form of one (`…_one`) is
 * English: i18next takes `…_other` for every number where a language has one form alone.
 */
export type Copy<Table> = {
  readonly [Key in keyof Table as Key extends `${string}_one` ? never : Key]: Table[Key] extends string
    ? string
    : Copy<Table[Key]>
}
