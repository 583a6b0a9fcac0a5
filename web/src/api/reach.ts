/** After how many milliseconds a farm that does not answer is asked again. */
const AGAIN = 2_000;

let isAway = false;

let tell: (isAway: boolean) => void = () => undefined;

/** Who is told when the farm does not answer any more, and when it does again. */
export function onReach(listener: (isAway: boolean) => void): void {
  tell = listener;
}

/** Takes note of whether a request had an answer, whatever it was. Without one, the farm is asked until it gives one. */
export function reached(answered: boolean): void {
  if (isAway === !answered) return;
  isAway = !answered;
  tell(isAway);
  if (isAway) setTimeout(() => void ask(), AGAIN);
}

async function ask(): Promise<void> {
  if (!isAway) return;
  try {
    // Whoever needs a token is refused, which is an answer, too.
    await fetch("/api/v1/session");
    reached(true);
  } catch {
    setTimeout(() => void ask(), AGAIN);
  }
}
