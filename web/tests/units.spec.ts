import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "@playwright/test";
import { targetNames } from "../src/experiment/contents";
import { diff, hunks } from "../src/experiment/diff";
import { recipe, seedOf, startingFrom, wishesOf, withFeature, withWishes } from "../src/experiment/recipe";
import { common, labelsOf, relabelled } from "../src/labels";
import { priorityAt } from "../src/queue";
import { seeds } from "../src/experiment/seeds";
import { withSnapshots } from "../src/experiment/snapshots";

// What needs no browser.

const strawberry = readFileSync(join(import.meta.dirname, "../../examples/strawberry.yaml"), "utf8");

/** The lines that differ, with a sign. */
function changes(before: string, after: string | undefined): string[] {
  return diff(before, after ?? "").filter(({ kind }) => kind !== "same").map(({ kind, text }) => `${kind === "added" ? "+" : "-"}${text.trim()}`);
}

test("the form changes what was asked for and nothing else", () => {
  const wishes = wishesOf(strawberry);
  if (!wishes) throw new Error("the example can be read");
  expect(wishes).toEqual({ words: ["a strawberry"], unwanted: [], width: "128", height: "128", epochs: "300", model: "clipig-tiny" });
  expect(withWishes(strawberry, wishes)).toBe(strawberry);
  expect(changes(strawberry, withWishes(strawberry, { ...wishes, epochs: "600" }))).toEqual(["-epochs: 300", "+epochs: 600"]);
  const words = ["a cat: or two", "no", "5", "it's"];
  expect(changes(strawberry, withWishes(strawberry, { ...wishes, words, unwanted: ["letters"] }))).toEqual([
    "-- text: a strawberry",
    '+- text: "a cat: or two"',
    '+- text: "no"',
    '+- text: "5"',
    "+- text: it's",
    "+- text: letters",
    "+weight: -.3",
  ]);
  const large = withWishes(strawberry, { ...wishes, width: "256", height: "128" }) ?? "";
  expect(wishesOf(large)).toEqual({ ...wishes, width: "256", height: "128" });
  expect(wishesOf(withWishes(large, { ...wishes, words: [] }) ?? "")).toEqual({ ...wishes, words: [] });
});

test("texts that are not an experiment have no form", () => {
  expect(["", "a", "- a", "a: [", "a: b: c"].map(wishesOf)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect(wishesOf("targets: 5\nresolution: [a, b]")?.words).toEqual([]);
});

test("words of people stay words", () => {
  const words = `"quoted" \\ 'text' # no comment: [x] {y} é 🦊`;
  expect(wishesOf(recipe(words))?.words).toEqual([words]);
  const other = withWishes(recipe("x"), { words: [words], unwanted: [], width: "64", height: "64", epochs: "5", model: "" }) ?? "";
  expect(wishesOf(other)?.words).toEqual([words]);
});

test("an image becomes a feature or the first canvas", () => {
  const name = 'a "b" #1.png';
  expect(changes(strawberry, withFeature(strawberry, name))).toEqual([`+- image: ${JSON.stringify(name)}`]);
  expect(changes(strawberry, startingFrom(strawberry, name))).toEqual([
    "-mean: .5",
    "-std: .05",
    `+image: ${JSON.stringify(name)}`,
    "+mean: 0",
    "+std: 1",
  ]);
});

test("targets have names; those that are off have no place in the history", () => {
  const yaml = "targets:\n- features: [{text: a}, {image: b.png, weight: 2}]\n  constraints:\n  - blur: {weight: 1}\n- active: no\n- name: second\n";
  expect(targetNames(yaml)).toEqual([
    { name: "target", features: ["a", "b.png"], constraints: ["blur"] },
    { name: "second", features: [], constraints: [] },
  ]);
  expect(targetNames("{")).toEqual([]);
});

test("seeds follow one another, beyond what JavaScript can count", () => {
  expect(seeds(1, "")).toEqual([undefined]);
  expect(seeds(1, "7")).toEqual(["7"]);
  expect(seeds(3, "18446744073709551614")).toEqual(["18446744073709551614", "18446744073709551615", "0"]);
  expect(new Set(seeds(16, "")).size).toBe(16);
  expect(seeds(4, "x")).toEqual(["x"]);
  expect(seedOf("seed: 18446744073709551615\n")).toBe("18446744073709551615");
});

test("an experiment gets snapshots unless it says how many", () => {
  expect(withSnapshots("targets: []\nepochs: 600 # many")).toBe("targets: []\nepochs: 600 # many\nsnapshot_interval: 10\n");
  for (const yaml of ["targets: []\nsnapshot_interval: 0", "{targets: []}", "targets: []\n...\n"]) expect(withSnapshots(yaml)).toBe(yaml);
});

test("a waiting job gets the priority that its new place takes", () => {
  const of = (job: number, priority = 0) => ({ job, priority });
  // Before both; between them there is no place for a younger one, so that it goes past.
  expect([0, 1, 2].map((place) => priorityAt(of(3), [of(1), of(2)], place))).toEqual([1, 1, 0]);
  expect([0, 1, 2].map((place) => priorityAt(of(1), [of(2), of(3)], place))).toEqual([0, -1, -1]);
  // The nearest one that does it.
  expect(priorityAt(of(9, 0), [of(1, 5), of(2, 2)], 1)).toBe(3);
  expect(priorityAt(of(9, 5), [of(1, 5), of(2, 2)], 1)).toBe(5);
  expect(priorityAt(of(9, 0), [], 0)).toBe(0);
  // Beyond the greatest and the least there is none.
  expect(priorityAt(of(2, 0), [of(1, 10)], 0)).toBeUndefined();
  expect(priorityAt(of(1, 0), [of(2, -10)], 1)).toBeUndefined();
});

test("labels that several jobs share are changed, and their own stay", () => {
  expect(labelsOf(" red, for Ada ,,red")).toEqual(["red", "for Ada"]);
  expect(common([{ labels: ["a", "b"] }, { labels: ["b", "c"] }])).toEqual(["b"]);
  expect(common([])).toEqual([]);
  expect(relabelled({ labels: ["a", "b"] }, ["b"], ["c", "a"])).toEqual(["a", "c"]);
});

test("a difference has as few lines as there can be", () => {
  const [a, b] = ["1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\nx\n5\n6\n7\n8\n9\n"];
  expect(changes(a, b)).toEqual(["-4", "+x", "+9"]);
  expect(changes(a, a)).toEqual([]);
  expect(hunks(diff(a, b), 1).map((line) => (line === "gap" ? line : line.text))).toEqual(["3", "4", "x", "5", "gap", "8", "9"]);
  // Whatever the two are, each is found again in the lines.
  for (const [left, right] of [["", "a"], ["a\nb\nc", "c\nb\na"], ["x\nx\nx", "x"], ["a\n\n\nb", "\n\nb\na"]] as const) {
    const lines = diff(left, right);
    expect(lines.filter(({ kind }) => kind !== "added").map(({ text }) => text).join("\n")).toBe(left);
    expect(lines.filter(({ kind }) => kind !== "removed").map(({ text }) => text).join("\n")).toBe(right);
  }
});
