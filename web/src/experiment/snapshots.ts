/** Snapshots that a job makes on the page, where the experiment does not say how many. */
const SNAPSHOTS = 60;

/** Epochs of an experiment that does not say how many. */
const EPOCHS = 300;

/** The experiment with a snapshot every few epochs, so that the picture moves. An experiment that says how often is kept. */
export function withSnapshots(yaml: string): string {
  // Only the block style can be continued at its end.
  if (/^snapshot_interval\s*:/m.test(yaml) || !/^targets\s*:/m.test(yaml) || /^\.\.\.\s*$/m.test(yaml)) return yaml;
  const epochs = Number(/^epochs\s*:\s*(\d+)\s*(?:#.*)?$/m.exec(yaml)?.[1] ?? EPOCHS);
  const interval = Math.max(1, Math.round(epochs / SNAPSHOTS));
  return `${yaml.trimEnd()}\nsnapshot_interval: ${interval}\n`;
}
