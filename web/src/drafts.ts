/** An experiment in a tab. */
export interface Draft {
  id: number;
  name: string;
  text: string;
  /** The job that was started from it last, or is chosen among several. */
  job?: number | undefined;
  /** All jobs that were started from it together. */
  jobs?: number[] | undefined;
  /** Hashes of the images that were brought for it, by their names. */
  assets?: Record<string, string> | undefined;
  /** Small pictures of those images, as addresses. */
  thumbnails?: Record<string, string> | undefined;
}

const KEY = "clipig.drafts";

/** Which tab is in front: each window has its own. */
const FRONT = "clipig.front";

/** The experiments in tabs. They survive a reload of the page, and are the same in all windows of a browser. */
export class Drafts {
  private drafts: Draft[];
  private front: number;

  /** `changed` is called after another window has changed the tabs. */
  constructor(
    first: () => Draft,
    private readonly changed: () => void,
  ) {
    this.drafts = read() ?? [first()];
    this.front = Number(keep(() => sessionStorage.getItem(FRONT)) ?? 0);
    addEventListener("storage", this.merge);
  }

  leave(): void {
    removeEventListener("storage", this.merge);
  }

  get all(): readonly Draft[] {
    return this.drafts;
  }

  get current(): Draft {
    const found = this.drafts.find((draft) => draft.id === this.front) ?? this.drafts[0];
    if (!found) throw new Error("there is always a draft");
    return found;
  }

  open(name: string, text: string, more: Pick<Draft, "job" | "jobs" | "assets" | "thumbnails"> = {}): Draft {
    const id = 1 + Math.max(0, ...this.drafts.map((draft) => draft.id));
    const draft: Draft = { id, name, text, ...more };
    this.drafts.push(draft);
    this.select(id);
    return draft;
  }

  select(id: number): void {
    this.front = id;
    this.save();
  }

  /** Closes a tab; the last one stays. */
  close(id: number): void {
    if (this.drafts.length === 1) return;
    const index = this.drafts.findIndex((draft) => draft.id === id);
    this.drafts.splice(index, 1);
    if (this.front === id) this.front = this.drafts[Math.max(0, index - 1)]?.id ?? 0;
    this.save();
  }

  change(change: Partial<Omit<Draft, "id">>): void {
    Object.assign(this.current, change);
    this.save();
  }

  private save(): void {
    keep(() => sessionStorage.setItem(FRONT, String(this.front)));
    keep(() => localStorage.setItem(KEY, JSON.stringify({ drafts: this.drafts })));
  }

  /** Takes over what another window has written; the tab in front here is this window's. */
  private readonly merge = (event: StorageEvent) => {
    const theirs = event.key === KEY ? read() : undefined;
    if (!theirs) return;
    const own = this.current;
    const index = theirs.findIndex((draft) => draft.id === own.id);
    if (index >= 0) theirs[index] = own;
    else theirs.push(own);
    this.drafts = theirs;
    this.front = own.id;
    this.changed();
  };
}

/** Some browsers keep nothing; then the tabs live as long as the page. */
function keep<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function read(): Draft[] | undefined {
  const kept = keep(() => JSON.parse(localStorage.getItem(KEY) ?? "null") as { drafts: Draft[] } | null);
  const sound = keep(() =>
    kept?.drafts.every(({ id, name, text }) => typeof id === "number" && typeof name === "string" && typeof text === "string"),
  );
  return kept && sound && kept.drafts.length > 0 ? kept.drafts : undefined;
}
