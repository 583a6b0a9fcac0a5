import type { Job, Session } from "./types";

/** What somebody may do: a viewer looks, an artist also has jobs of his own, an operator does everything. */
export type Role = "viewer" | "artist" | "operator";

interface Standing {
  role: Role;
  /** Whose jobs an artist may change. */
  owner: string;
}

/** A farm whose tokens have no roles lets everybody do everything. */
let standing: Standing = { role: "operator", owner: "" };

/** Takes over who uses the page. The page's styles hide what is of no use to a viewer. */
export function stand(session: Session & { role?: Role | null; owner?: string | null }): void {
  standing = { role: session.role ?? "operator", owner: session.owner ?? "" };
  document.documentElement.dataset["role"] = standing.role;
}

/** May somebody submit jobs, upload images and check experiments? */
export function maySubmit(): boolean {
  return standing.role !== "viewer";
}

/** May somebody update, pause, cancel or prefer this job? */
export function mayChange(job: Job & { owner?: string }): boolean {
  return standing.role === "operator" || (standing.role === "artist" && job.owner === standing.owner);
}

/** May somebody pause, drain and reinstate workers? */
export function maySteerWorkers(): boolean {
  return standing.role === "operator";
}
