import { job as fetchJob } from "./client";
import { takeSlot } from "./slots";
import type { JobEvent } from "./types";

const NAMES = ["job", "state", "progress", "table", "artifact", "warning", "log", "revision"] as const;

/** After how many milliseconds a refused stream is asked for again. */
const AGAIN = 2_000;

/** How often a page that gets no stream asks for the job, in milliseconds. */
const POLL = 2_000;

/** How long a page that nobody sees keeps its stream, in milliseconds. */
const UNSEEN = 20_000;

/** Whether events arrive. */
export type Connection = "connected" | "lost";

interface Listener {
  heard(event: JobEvent): void;
  connection(state: Connection): void;
  /** The farm has closed the stream: will more come, so that it shall be opened again? */
  more(): boolean;
}

/**
 * Follows what happens to a job. After a lost connection the events that were missed come first. While other windows of the
 * browser hold as many streams as it can carry, the job is asked for now and then instead.
 */
export class Follower {
  private source: EventSource | undefined;
  private last = "0";
  /** Gives the place among the streams back. */
  private release: (() => void) | undefined;
  private following = false;
  /** Counts beginnings, so that one that was overtaken goes no further. */
  private turn = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private unseen: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly job: number,
    private readonly listener: Listener,
  ) {
    document.addEventListener("visibilitychange", this.seen);
    void this.begin();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.seen);
    this.pause();
  }

  private readonly seen = () => {
    clearTimeout(this.unseen);
    if (document.hidden) this.unseen = setTimeout(() => this.pause(), UNSEEN);
    else if (!this.following || this.source?.readyState === EventSource.CLOSED) void this.begin();
  };

  private pause(): void {
    this.turn++;
    this.following = false;
    clearTimeout(this.unseen);
    clearTimeout(this.again);
    this.source?.close();
    this.source = undefined;
    this.release?.();
    this.release = undefined;
  }

  /** Opens a stream, or asks where there can be none. */
  private async begin(): Promise<void> {
    clearTimeout(this.again);
    this.following = true;
    const turn = ++this.turn;
    const release = this.release ?? (await takeSlot());
    if (turn !== this.turn) {
      if (release !== this.release) release?.();
      return;
    }
    this.release = release;
    if (release) this.open();
    else await this.poll(turn);
  }

  private async poll(turn: number): Promise<void> {
    let connection: Connection = "connected";
    try {
      const job = await fetchJob(this.job);
      if (turn !== this.turn) return;
      this.listener.heard({ event: "job", ...job });
    } catch {
      if (turn !== this.turn) return;
      connection = "lost";
    }
    this.listener.connection(connection);
    if (!this.listener.more()) this.close();
    // There may be room by then.
    else this.again = setTimeout(() => void this.begin(), POLL);
  }

  private open(): void {
    const source = new EventSource(`/api/v1/jobs/${this.job}/events?since=${this.last}`);
    this.source?.close();
    this.source = source;
    source.onopen = () => this.listener.connection("connected");
    source.onerror = () => {
      if (!this.listener.more()) {
        this.close();
        return;
      }
      this.listener.connection("lost");
      // A proxy whose farm is away answers with an error, after which browsers give up.
      if (source.readyState === EventSource.CLOSED) this.again = setTimeout(() => void this.begin(), AGAIN);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (message) => {
        this.last = message.lastEventId;
        this.listener.heard(JSON.parse(message.data as string) as JobEvent);
      });
    }
  }
}
