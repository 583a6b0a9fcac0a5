/** The numbers of jobs in an address. */
export function numbersOf(text: string | null): number[] {
  const numbers = (text ?? "").split(",").map(Number);
  return [...new Set(numbers.filter((number) => Number.isSafeInteger(number) && number > 0))];
}
