import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** The language of experiments, from the files that the program writes: the schema and the reference. */
function language(): Plugin {
  const name = "virtual:language";
  return {
    name,
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const schema: Node = JSON.parse(read("../docs/experiment.schema.json"));
      const tree = { parameters: children(schema), variables: variables(read("../docs/reference.md")) };
      return `export default ${JSON.stringify(tree)}`;
    },
  };
}

/** The notices of the packages in the bundle, which travel with it. */
function notices(): Plugin {
  return {
    name: "notices",
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
      // Its style is in the bundle, too.
      const packages = [...modules, "node_modules/uplot/"].map((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]);
      const texts = [...new Set(packages)].filter((name) => name !== undefined).sort().map(notice);
      this.emitFile({ type: "asset", fileName: "licenses.txt", source: texts.join("\n") });
    },
  };
}

function notice(name: string): string {
  const folder = `node_modules/${name}/`;
  const { version, license } = JSON.parse(read(`${folder}package.json`)) as { version: string; license: string };
  const file = readdirSync(new URL(folder, import.meta.url)).find((file) => /^licen[cs]e/i.test(file));
  if (file === undefined) throw new Error(`the package ${name} has no licence file`);
  return `${name} ${version}\nlicence: ${license}\n\n${read(folder + file).trim()}\n`;
}

interface Node {
  type?: string | string[];
  description?: string;
  enum?: string[];
  properties?: Record<string, Node>;
  items?: Node;
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8");
}

/** What stands below a parameter, by name. */
function children(node: Node): Record<string, object> {
  const properties = node.properties ?? node.items?.properties ?? {};
  const entries = Object.entries(properties).map(([name, child]) => [
    name,
    {
      doc: child.description ?? "",
      choices: child.enum ?? (child.type === "boolean" ? ["yes", "no"] : []),
      list: child.type === "array" && child.items?.properties !== undefined,
      below: children(child),
    },
  ]);
  return Object.fromEntries(entries);
}

/** The table of variables: `| names | where | meaning |`. */
function variables(reference: string): { name: string; where: string; doc: string }[] {
  const table = reference.slice(reference.indexOf("| variables |")).split("\n\n")[0] ?? "";
  const rows = table.split("\n").slice(2).map((row) => row.split("|").map((cell) => cell.trim()));
  return rows.flatMap(([, names = "", where = "", doc = ""]) =>
    [...names.matchAll(/`([a-z_0-9]+)[^`]*`/g)].map((found) => ({
      name: found[1] ?? "",
      where: where.replaceAll("`", ""),
      doc,
    })),
  );
}

export default defineConfig({
  plugins: [language(), notices()],
  build: {
    target: "es2022",
    // Names without hashes: the bundle is committed, and the coordinator serves it by its content.
    rollupOptions: { output: { entryFileNames: "page.js", chunkFileNames: "[name].js", assetFileNames: "page[extname]" } },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": "http://127.0.0.1:7871" } },
});
