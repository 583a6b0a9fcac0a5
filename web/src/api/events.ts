import type { JobEvent } from "./types";

const NAMES = ["job", "state", "progress", "table", "artifact", "warning", "log", "revision"] as const;

/** After how many milliseconds a refused stream is asked for again. */
const AGAIN = 2_000;

/** Whether events arrive. */
export type Connection = "connected" | "lost";

/**
 * Follows a job from its first event. The browser connects again by itself after a lost connection and says which event it
 * has seen last, so that no kept event is missed.
 */
export class Follower {
  private source: EventSource;
  private last = "0";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly job: number,
    private readonly heard: (event: JobEvent) => void,
    private readonly connection: (state: Connection) => void,
  ) {
    this.source = this.open();
  }

  close(): void {
    clearTimeout(this.timer);
    this.source.close();
  }

  private open(): EventSource {
    const source = new EventSource(`/api/v1/jobs/${this.job}/events?since=${this.last}`);
    source.onopen = () => this.connection("connected");
    source.onerror = () => {
      this.connection("lost");
      // A proxy whose farm is away answers with an error, after which browsers give up.
      if (source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => (this.source = this.open()), AGAIN);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (message) => {
        this.last = message.lastEventId;
        this.heard(JSON.parse(message.data as string) as JobEvent);
      });
    }
    return source;
  }
}
