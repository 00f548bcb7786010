import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

// Makes src/generated from the OpenAPI document: the types, and what the client must know of each operation when it runs.
const document = JSON.parse(await readFile(process.env.OPENAPI_DOCUMENT, "utf8"));

// OpenAI's own clients speak to these.
for (const path of Object.keys(document.paths)) {
  if (!path.startsWith("/api/") && !path.startsWith("/health")) delete document.paths[path];
}

const resolve = (node) =>
  node?.$ref === undefined ? node : resolve(node.$ref.slice(2).split("/").reduce((found, name) => found[name], document));
const isFile = ([, { schema }]) => resolve(schema)?.format === "binary";
// A file, an export, events: what is not JSON as a whole.
const answersFile = ({ content = {} }) => Object.entries(content).some((one) => one[0] !== "application/json" || isFile(one));

/** How the pages of a list follow each other, and which member of the answer has the items. */
function pagesOf(answer, query) {
  const properties = resolve(resolve(answer?.content?.["application/json"])?.schema)?.properties ?? {};
  const items = Object.keys(properties).find((name) => resolve(resolve(properties[name]).items)?.type === "object");
  const by =
    "next_cursor" in properties && query.includes("cursor") ? "cursor"
    : "has_more" in properties && query.includes("after") ? "position"
    : query.includes("page") ? "number"
    : undefined;
  return items === undefined || by === undefined ? undefined : { items, by };
}

function describe(method, path, operation, shared) {
  const parameters = [...(shared ?? []), ...(operation.parameters ?? [])].map(resolve);
  const named = (place) => parameters.filter((parameter) => parameter.in === place).map((parameter) => parameter.name);
  const contents = Object.entries(resolve(operation.requestBody)?.content ?? {});
  const answers = Object.entries(operation.responses).filter(([status]) => status < 300).map(([, answer]) => resolve(answer));
  return {
    method: method.toUpperCase(),
    path,
    takesKey: named("header").includes("Idempotency-Key"),
    ...(contents.some(isFile) ? { file: contents[0][0] } : {}),
    ...(answers.some(answersFile) ? { answersFile: true } : {}),
    ...(named("header").includes("Last-Event-ID") ? { follows: true } : {}),
    pages: pagesOf(answers[0], named("query")),
  };
}

const entries = [];
for (const [path, { parameters, ...methods }] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const summary = operation.summary.replaceAll("*/", "");
    entries.push(`  /** ${summary} */\n  ${operation.operationId}: ${JSON.stringify(describe(method, path, operation, parameters))},\n`);
  }
}

await mkdir("src/generated", { recursive: true });
await writeFile("src/generated/schema.ts", astToString(await openapiTS(document, { alphabetize: true })));
await writeFile("src/generated/table.ts", `export const table = {\n${entries.join("")}} as const;\n`);
