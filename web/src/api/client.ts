import { reached } from "./reach";
import type {
  Artifact,
  ArtifactList,
  Farm,
  History,
  Job,
  JobExperiment,
  JobList,
  FarmModel,
  ModelList,
  Problem,
  Session,
  SubmitRequest,
  Submitted,
  UpdateRequest,
  Updated,
  Validation,
  Worker,
  WorkerList,
} from "./types";

const ROOT = "/api/v1";

/** A refusal of the farm, or no answer at all. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly problem?: Problem,
  ) {
    super(message);
  }

  /** Has the session ended, or was there none? */
  get needsLogin(): boolean {
    return this.problem?.code === "unauthenticated";
  }

  /** Is there no such thing, as opposed to a farm that is away? */
  get isMissing(): boolean {
    return this.problem?.status === 404;
  }
}

/** The farm has not answered at all. */
export class Away extends Refused {
  constructor() {
    super("the farm does not answer");
  }
}

function call<T>(method: string, path: string, body?: object): Promise<T> {
  const sent = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return send(path, { method, ...sent });
}

async function send<T>(path: string, request: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(ROOT + path, request);
  } catch {
    reached(false);
    throw new Away();
  }
  reached(true);
  const isJson = response.headers.get("content-type") === "application/json";
  if (response.ok) return (isJson ? await response.json() : undefined) as T;
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  const problem = isProblem ? ((await response.json()) as Problem) : undefined;
  throw new Refused(problem?.detail ?? `the farm answers ${response.status}`, problem);
}

export const session = () => call<Session>("GET", "/session");
export const login = (token: string) => call<Session>("POST", "/session", { token });
export const logout = () => call<undefined>("DELETE", "/session");

export const validate = (yaml: string) => call<Validation>("POST", "/validate", { yaml });
/** Submits a job; the token makes it safe for the browser to send the request twice. */
export const submit = (request: Partial<SubmitRequest>) =>
  call<Submitted>("POST", "/jobs", { client_token: crypto.getRandomValues(new Uint32Array(4)).join("-"), submitter: "page", ...request });
export const update = (job: number, request: UpdateRequest) => call<Updated>("PUT", `/jobs/${job}/experiment`, request);

/** Brings an image to the farm and returns its hash, by which experiments refer to it. */
export async function uploadImage(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Browsers compute hashes only on pages that nobody can have changed on the way.
  if (!isSecureContext) throw new Error("images can be uploaded only over https, or on the farm's own machine");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  await send<undefined>(`/blobs/${sha256}`, { method: "PUT", body: bytes });
  return sha256;
}

export const job = (number: number) => call<Job>("GET", `/jobs/${number}`);
export const experiment = (number: number) => call<JobExperiment>("GET", `/jobs/${number}/experiment`);
/** Jobs, newest first; `with_newest` adds their pictures. */
export const jobs = (query: Record<string, string>) => call<JobList>("GET", `/jobs?${new URLSearchParams(query)}`);
/** The rows of all epochs from one on. */
export async function history(number: number, from: number): Promise<History["rows"]> {
  const rows: History["rows"] = [];
  for (;;) {
    const page = await call<History>("GET", `/jobs/${number}/history?from_epoch=${from}`);
    rows.push(...page.rows);
    const last = page.rows.at(-1);
    if (!page.more || !last) return rows;
    from = last.epoch + 1;
  }
}

/** All files of a job from an epoch on, in the order of their epochs. */
export async function artifacts(number: number, from = 0): Promise<Artifact[]> {
  const found: Artifact[] = [];
  for (;;) {
    const page = await call<ArtifactList>("GET", `/jobs/${number}/artifacts?from_epoch=${from}&limit=10000`);
    found.push(...page.artifacts);
    const last = page.artifacts.at(-1);
    if (!page.more || !last) return found;
    from = last.epoch + 1;
  }
}

/** The models that experiments may name. */
export const models = async (): Promise<FarmModel[]> => (await call<ModelList>("GET", "/models")).models;

export type JobCommand = "pause" | "resume" | "cancel" | "retry";
export const steer = (number: number, command: JobCommand) => call<Job>("POST", `/jobs/${number}/${command}`);
export const setPriority = (number: number, priority: number) =>
  call<Job>("PUT", `/jobs/${number}/priority`, { priority });

export const setLabels = (number: number, labels: string[]) => call<Job>("PUT", `/jobs/${number}/labels`, { labels });

export const farm = () => call<Farm>("GET", "/farm");
export const workers = () => call<WorkerList>("GET", "/workers");
export type WorkerCommand = "pause" | "resume" | "drain" | "reinstate";
export const steerWorker = (name: string, command: WorkerCommand) =>
  call<Worker>("POST", `/workers/${encodeURIComponent(name)}/${command}`);
