import type { Job, Session } from "./types";

/** Who uses the page, and so what it shows. What is refused is refused by the farm. */
let standing: Pick<Session, "role" | "owner"> = { role: "viewer", owner: null };

/** Takes over who uses the page. The page's styles hide what is of no use to a viewer. */
export function stand({ role, owner }: Session): void {
  standing = { role, owner };
  document.documentElement.dataset["role"] = role ?? "viewer";
}

/** May somebody submit jobs, upload images and check experiments? */
export function maySubmit(): boolean {
  return standing.role === "artist" || standing.role === "operator";
}

/** May somebody update, pause, cancel or prefer this job? */
export function mayChange(job: Job): boolean {
  return standing.role === "operator" || (standing.role === "artist" && job.owner === standing.owner);
}

/** May somebody pause, drain and reinstate workers? */
export function maySteerWorkers(): boolean {
  return standing.role === "operator";
}
