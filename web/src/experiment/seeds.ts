/** The greatest seed. */
const GREATEST = 2n ** 64n - 1n;

/**
 * Seeds for several pictures: one after the other from a given one, else drawn. A single picture without a given seed gets
 * the experiment's, or one that the farm draws.
 */
export function seeds(count: number, given: string): (string | undefined)[] {
  if (count === 1) return [given === "" ? undefined : given];
  // What is no number is refused by the farm, in its own words.
  if (given !== "" && !/^\d{1,20}$/.test(given)) return [given];
  const first = given === "" ? undefined : BigInt(given);
  return Array.from({ length: count }, (_, index) =>
    first === undefined ? String(crypto.getRandomValues(new Uint32Array(1))[0]) : String((first + BigInt(index)) & GREATEST),
  );
}
