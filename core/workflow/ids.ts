/**
 * Returns the reference by which a journal entry is found again. It ends in `)`, so that none is a prefix of
 * another.
 */
export function referenceOf(executionId: string, entry: string): string {
  return `(ref ${executionId}/${entry})`;
}
