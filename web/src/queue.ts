import type { Job } from "./api/types";

/** The greatest priority; the least is its negative. */
export const PRIORITY = 10;

type Placed = Pick<Job, "job" | "priority">;

/** Does one waiting job start before another one? Among equals, the older one does. */
function precedes(one: Placed, other: Placed): boolean {
  return one.priority > other.priority || (one.priority === other.priority && one.job < other.job);
}

/**
 * The priority with which a job stands at a place among the others that wait, which are in their order. Where older or younger
 * ones of the same priority are in the way, it goes past all of them. Undefined where no priority leads there.
 */
export function priorityAt(job: Placed, others: readonly Placed[], place: number): number | undefined {
  const [before, after] = [others[place - 1], others[place]];
  const fits = (priority: number) => {
    const moved = { ...job, priority };
    return (!before || precedes(before, moved)) && (!after || precedes(moved, after));
  };
  const all = Array.from({ length: 2 * PRIORITY + 1 }, (_, index) => index - PRIORITY);
  const nearest = all.filter(fits).sort((a, b) => Math.abs(a - job.priority) - Math.abs(b - job.priority))[0];
  if (nearest !== undefined) return nearest;
  const up = after !== undefined && precedes(after, job);
  const past = up ? after.priority + 1 : (before?.priority ?? 0) - 1;
  return Math.abs(past) <= PRIORITY ? past : undefined;
}
