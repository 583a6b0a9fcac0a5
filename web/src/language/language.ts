import generated from "virtual:language";

/** A parameter of an experiment. */
export interface Parameter {
  doc: string;
  choices: string[];
  /** Is it a list of maps, such as `targets`? */
  list: boolean;
  below: Record<string, Parameter>;
}

/** What an expression may name. */
export interface Variable {
  name: string;
  where: string;
  doc: string;
}

export interface Language {
  parameters: Record<string, Parameter>;
  variables: Variable[];
}

export const language: Language = generated;

/** The parameter of a path without list indices, such as `["targets", "features", "text"]`. */
export function parameterOf(path: string[]): Parameter | undefined {
  let below: Record<string, Parameter> = language.parameters;
  let found: Parameter | undefined;
  for (const name of path) {
    found = Object.hasOwn(below, name) ? below[name] : undefined;
    if (!found) return undefined;
    below = found.below;
  }
  return found;
}

/** What may stand below a path. */
export function parametersBelow(path: string[]): Record<string, Parameter> {
  return path.length === 0 ? language.parameters : (parameterOf(path)?.below ?? {});
}
