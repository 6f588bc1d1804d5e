// Writes TypeScript types from the JSON Schema on standard input.
// Run by `python command/build_web.py contract`, which knows the schema.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const [, , target, digest] = process.argv;
const schema = JSON.parse(readFileSync(0, "utf8"));

/** As json-schema-to-typescript wants it: no titles, else every field becomes a type of its own,
 * and tuples in the words of the older drafts. */
function plain(value, inside) {
  if (Array.isArray(value)) return value.map((each) => plain(each, inside));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => inside === "properties" || key !== "title")
      .map(([key, each]) => [
        key === "prefixItems" ? "items" : key,
        plain(each, inside === "properties" ? undefined : key),
      ]),
  );
}

const source = await compile(
  { $defs: plain(schema.$defs, "properties"), title: "Contract", type: "object", additionalProperties: false },
  "Contract",
  {
    bannerComment: `// Generated from fleet/contract/ by \`python command/build_web.py contract\`.\n// Schema: ${digest}`,
    unreachableDefinitions: true,
    style: { printWidth: 100 },
  },
);
const remark = /( \*\n)? \* This interface was referenced by `Contract`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g;
writeFileSync(
  target,
  source
    .replace(remark, "")
    .replace(/\/\*\*\n \*\/\n/g, "")
    .replace(/export interface Contract \{\}\n/, ""),
);
