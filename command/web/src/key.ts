/** A key for one act: repeated with the same key it is done once. `crypto.randomUUID` exists only on
 * secure pages; this works on all. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");
}
