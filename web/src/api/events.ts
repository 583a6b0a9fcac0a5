import type { JobEvent } from "./types";

const NAMES = ["job", "state", "progress", "table", "artifact", "warning", "log", "revision"] as const;

/** After how many milliseconds a refused stream is asked for again. */
const AGAIN = 2_000;

/** How long a page that nobody sees keeps its stream, in milliseconds. Browsers open only six connections to a farm. */
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
 * Follows a job from its first event. The browser connects again by itself after a lost connection and says which event it
 * has seen last, so that no kept event is missed.
 */
export class Follower {
  private source: EventSource | undefined;
  private last = "0";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly job: number,
    private readonly listener: Listener,
  ) {
    document.addEventListener("visibilitychange", this.seen);
    this.open();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.seen);
    this.pause();
  }

  private readonly seen = () => {
    clearTimeout(this.timer);
    if (document.hidden) this.timer = setTimeout(() => this.pause(), UNSEEN);
    else if (this.source === undefined || this.source.readyState === EventSource.CLOSED) this.open();
  };

  private pause(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  private open(): void {
    const source = new EventSource(`/api/v1/jobs/${this.job}/events?since=${this.last}`);
    this.source = source;
    source.onopen = () => this.listener.connection("connected");
    source.onerror = () => {
      if (!this.listener.more()) {
        this.close();
        return;
      }
      this.listener.connection("lost");
      // A proxy whose farm is away answers with an error, after which browsers give up.
      if (source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => this.open(), AGAIN);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (message) => {
        this.last = message.lastEventId;
        this.listener.heard(JSON.parse(message.data as string) as JobEvent);
      });
    }
  }
}
