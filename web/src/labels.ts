import type { Job } from "./api/types";

/** What is written between commas, each once. */
export function labelsOf(text: string): string[] {
  return [...new Set(text.split(",").map((label) => label.trim()).filter((label) => label !== ""))];
}

/** The labels that all of these jobs have. */
export function common(jobs: readonly Pick<Job, "labels">[]): string[] {
  const [first, ...others] = jobs;
  return first?.labels.filter((label) => others.every(({ labels }) => labels.includes(label))) ?? [];
}

/** The labels of a job after those that it shares with others were changed; its own stay. */
export function relabelled({ labels }: Pick<Job, "labels">, before: readonly string[], after: readonly string[]): string[] {
  return [...new Set([...labels.filter((label) => !before.includes(label)), ...after])];
}
