/** An experiment in a tab. */
export interface Draft {
  id: number;
  name: string;
  text: string;
  /** The job that was started from it last. */
  job?: number;
  /** Hashes of the images that were brought for it, by their names. */
  assets?: Record<string, string>;
}

interface Kept {
  drafts: Draft[];
  current: number;
}

const KEY = "clipig.drafts";

/** The experiments in tabs. They survive a reload of the page. */
export class Drafts {
  private kept: Kept;

  constructor(first: () => Draft) {
    this.kept = read() ?? { drafts: [first()], current: 1 };
  }

  get all(): readonly Draft[] {
    return this.kept.drafts;
  }

  get current(): Draft {
    const found = this.kept.drafts.find((draft) => draft.id === this.kept.current) ?? this.kept.drafts[0];
    if (!found) throw new Error("there is always a draft");
    return found;
  }

  open(name: string, text: string, more: Pick<Draft, "job" | "assets"> = {}): Draft {
    const id = 1 + Math.max(0, ...this.kept.drafts.map((draft) => draft.id));
    const draft: Draft = { id, name, text, ...more };
    this.kept.drafts.push(draft);
    this.select(id);
    return draft;
  }

  select(id: number): void {
    this.kept.current = id;
    this.save();
  }

  /** Closes a tab; the last one stays. */
  close(id: number): void {
    if (this.kept.drafts.length === 1) return;
    const index = this.kept.drafts.findIndex((draft) => draft.id === id);
    this.kept.drafts.splice(index, 1);
    if (this.kept.current === id) this.kept.current = this.kept.drafts[Math.max(0, index - 1)]?.id ?? 0;
    this.save();
  }

  change(change: Partial<Omit<Draft, "id">>): void {
    Object.assign(this.current, change);
    this.save();
  }

  private save(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.kept));
    } catch {
      // The browser keeps nothing; the tabs live as long as the page.
    }
  }
}

function read(): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Kept | null;
    const sound = kept?.drafts.every(({ id, name, text }) => typeof id === "number" && typeof name === "string" && typeof text === "string");
    return kept && sound && kept.drafts.length > 0 ? kept : undefined;
  } catch {
    return undefined;
  }
}
