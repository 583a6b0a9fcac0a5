import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "@playwright/test";
import { besides } from "../src/experiment/besides";
import { imageNames, targetNames } from "../src/experiment/contents";
import { diff, hunks } from "../src/experiment/diff";
import { recipe, seedOf, startingFrom, wishesOf, withFeature, withWishes } from "../src/experiment/recipe";
import { common, labelsOf, relabelled } from "../src/labels";
import { WatchedJob } from "../src/watch/model";
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
  expect(wishes).toEqual({ words: ["a strawberry"], unwanted: [], width: "128", height: "128", epochs: "300", models: [{ name: "clipig-tiny", weight: "" }] });
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
  const other = withWishes(recipe("x"), { words: [words], unwanted: [], width: "64", height: "64", epochs: "5", models: [] }) ?? "";
  expect(wishesOf(other)?.words).toEqual([words]);
});

test("an experiment has one model or a list of them, and never both", () => {
  const several = "# two judges\nmodels:\n  - name: ViT-B/32 # quick\n  - name: RN50\n    weight: .5\ntargets: []\n";
  const wishes = wishesOf(several);
  if (!wishes) throw new Error("it can be read");
  const [quick, textures] = [{ name: "ViT-B/32", weight: "" }, { name: "RN50", weight: ".5" }];
  expect(wishes.models).toEqual([quick, textures]);
  expect(withWishes(several, wishes)).toBe(several);
  // Whatever else is changed, the list stays.
  expect(changes(several, withWishes(several, { ...wishes, epochs: "5" }))).toEqual(["+epochs: 5"]);
  const become = (yaml: string, models: typeof wishes.models) => withWishes(yaml, { ...(wishesOf(yaml) ?? wishes), models });
  expect(changes(several, become(several, [quick, { ...textures, weight: "2" }]))).toEqual(["-weight: .5", "+weight: 2"]);
  const third = { name: "clipig-tiny", weight: "" };
  expect(changes(several, become(several, [quick, textures, third]))).toEqual(["+- name: clipig-tiny"]);
  expect(become(several, [textures])).toContain("models:\n  - name: RN50\n    weight: .5\ntargets");
  expect(changes(several, become(several, [third]))).toEqual([
    "-models:",
    "-- name: ViT-B/32 # quick",
    "-- name: RN50",
    "-weight: .5",
    "+model: clipig-tiny",
  ]);
  expect(become(several, [])).toBe("targets: []\n");
  // The single one becomes a list in its place, and is one again.
  const single = "epochs: 5\nmodel: RN50\ntargets: []\n";
  const list = become(single, [textures, third]);
  expect(list).toBe("epochs: 5\nmodels:\n  - name: RN50\n    weight: .5\n  - name: clipig-tiny\ntargets: []\n");
  expect(become(list ?? "", [{ name: "RN50", weight: "" }])).toBe(single);
  // Who has written both is shown the list, and rid of the other.
  expect(become(`model: RN50\n${several}`, [quick, third])).not.toContain("model:");
  // A target that chooses among models needs the list.
  const choosing = "models: [{name: RN50}, {name: clipig-tiny}]\ntargets:\n  - models: [{name: RN50}]\n";
  expect(become(choosing, [{ name: "RN50", weight: "" }])).toMatch(/^models: \[ *\{ *name: RN50 *\} *\]$/m);
});

test("the form says what it does not show", () => {
  expect(besides(strawberry)).toEqual([]);
  expect(besides("canvas: {model: pixels}")).toEqual([]);
  expect(besides("canvas: {model: pixels, tile: 2}")).toEqual(["the canvas “pixels”"]);
  const yaml = `canvas: {model: fft}
init: {image: a.png}
masks: [{name: sky, box: 0 0 1 1}]
targets:
- features: [{text: a}, {prompt: "b | c:.5"}, {image: d.png}, {direction: {from: e, to: f}}, {style: {image: g.png}}]
- features: [{text: h}]
`;
  expect(besides(yaml)).toEqual([
    "the prompt “b | c:.5”",
    "the image “d.png”",
    "a direction",
    "a style",
    "1 more target",
    "the canvas “fft”",
    "the image “a.png” to begin with",
    "masks",
  ]);
  expect(imageNames(yaml)).toEqual(["a.png", "d.png", "g.png"]);
  expect(imageNames("targets: [{features: [{direction: {from_image: a.png, to_image: b.png, origin: a.png}}]}]")).toEqual(["a.png", "b.png"]);
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
  // What one feature of the text is several of, and what has another name in tables.
  const looks = `targets:
- features: [{prompt: "a castle | at 10:30:.5 | title: x"}, {direction: {from: a, to_image: b.png}}, {style: {image: c.png}}]
`;
  expect(targetNames(looks)[0]?.features).toEqual(["a castle", "at 10:30", "title: x", "a → b.png", "style of c.png"]);
  // A target is there once for each model that sees it.
  const models = `models: [{name: ViT-B/32}, {name: RN50, weight: 0}]
targets:
- features: [{text: a}]
  name: one
- features: [{text: b}]
  name: two
  models: [{name: rn50, weight: 1}, {name: ViT-B/32}]
- constraints: [{blur: {weight: 1}}]
  name: calm
`;
  expect(targetNames(models).map(({ name }) => name)).toEqual(["one (ViT-B/32)", "two (ViT-B/32)", "two (RN50)", "calm"]);
});

test("curves of the same words are told apart by their targets", () => {
  const watched = new WatchedJob();
  const feature = (text: string, similarity: number) => ({ text, weight: 1, similarity, loss: 0.5, chosen: 3 });
  const row = (name: string, ...features: ReturnType<typeof feature>[]) => ({ name, samples: 3, features, constraints: [] });
  const targets = [row("lion (ViT-B/32)", feature("a lion", 20)), row("lion (RN50)", feature("a lion", 30), feature("fur", 5))];
  watched.add({ event: "table", epochs_done: 4, targets });
  expect(watched.similarities.map(({ label }) => label)).toEqual(["a lion, lion (ViT-B/32)", "a lion, lion (RN50)", "fur"]);
  expect(watched.similarities.map(({ points }) => points.get(4))).toEqual([20, 30, 5]);
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
