/** Where a line of an experiment stands: the keys above it, from the outside in, and its own key. */
export interface Place {
  above: string[];
  key: string | undefined;
  /** Column where the value begins; undefined where the line has no key. */
  value: number | undefined;
}

interface Line {
  /** Column of what stands behind the dashes. */
  column: number;
  key: string | undefined;
  value: number | undefined;
}

/** Reads a line of the block style, in which experiments are written. */
function read(text: string): Line {
  const column = /^\s*(?:-\s+)*(?:-$)?/.exec(text)?.[0].length ?? 0;
  const pair = /^([A-Za-z_][\w-]*)\s*:(?:\s+|$)/.exec(text.slice(column));
  return { column, key: pair?.[1], value: pair ? column + pair[0].length : undefined };
}

/** The place of a line, from the lines above it: each key there that stands further left than the one found before. */
export function placeOf(lines: string[], index: number): Place {
  const { column, key, value } = read(lines[index] ?? "");
  const above: string[] = [];
  let least = column;
  for (let i = index - 1; i >= 0 && least > 0; i--) {
    const line = read(lines[i] ?? "");
    if (line.key === undefined || line.column >= least) continue;
    above.unshift(line.key);
    least = line.column;
  }
  return { above, key, value };
}
