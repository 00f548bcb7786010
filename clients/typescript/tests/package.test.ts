import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { address } from "./service.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "package-"));
const inFolder = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
const require = createRequire(import.meta.url);
// The package's dependencies come from the workspace, so that this needs no registry.
const placeOf = (name: string) => join(dirname(require.resolve("openapi-fetch")).replace(/node_modules.*/, "node_modules"), name);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("The package has what it needs and nothing else, and works in an empty folder", () => {
  for (const place of [root, placeOf("openapi-fetch"), placeOf("openapi-typescript-helpers")]) {
    execFileSync("npm", ["pack", place, "--silent", "--pack-destination", folder], { cwd: folder, stdio: "ignore" });
  }

  const archives = readdirSync(folder);
  const own = archives.find((name) => name.startsWith("session-service-client-"))!;
  const files = inFolder("tar", "--list", "--file", own).trim().split("\n").sort();
  expect(files.filter((name) => !name.startsWith("package/generated/dist/"))).toEqual(["package/README.md", "package/package.json"]);
  expect(files.every((name) => /\.(js|d\.ts|md|json)$/.test(name))).toBe(true);
  const dist = files.map((name) => name.replace("package/generated/dist/", ""));
  for (const name of ["index", "ai-sdk/index", "generated/schema", "generated/table"]) {
    expect(dist).toContain(`${name}.js`);
    expect(dist).toContain(`${name}.d.ts`);
  }

  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  inFolder("npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", ...archives.map((name) => `./${name}`));
  expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
    "@session-service", "openapi-fetch", "openapi-typescript-helpers",
  ]);
  const program = `
    import { createSessionClient, SessionServiceError } from "@session-service/client";
    import { loadMessages, saveMessages } from "@session-service/client/ai-sdk";
    const client = createSessionClient({ baseURL: "${address}", userId: "package" });
    const { session_id: id } = await client.createSession({ body: {} });
    await saveMessages(client, id, [{ id: "m", role: "user", parts: [{ type: "text", text: "Hello" }] }]);
    const [message] = await loadMessages(client, id);
    await client.eraseSessionData({ path: { session_id: id } });
    const error = await client.getSession({ path: { session_id: id } }).catch((error) => error);
    console.log(JSON.stringify([message.parts[0].text, error instanceof SessionServiceError, error.code]));`;
  writeFileSync(join(folder, "program.js"), program);
  expect(JSON.parse(inFolder("node", "program.js"))).toEqual(["Hello", true, "session_not_found"]);

  // The types stand alone, without the types of Node.js and of the AI SDK.
  writeFileSync(join(folder, "types.ts"), `
    import { createSessionClient } from "@session-service/client";
    import type { Item, Schemas } from "@session-service/client";
    const client = createSessionClient({ baseURL: "", apiKey: async () => "sk-1" });
    export const one: Promise<Schemas["SessionResponse"]> = client.createSession({ body: { title: "A" } });
    export const title = (session: Item<"listSessions">): string | null => session.title;
    // @ts-expect-error: a message needs a role.
    void client.appendMessage({ path: { session_id: "x" }, body: { content: "Hello" } });
    // @ts-expect-error: a session needs an id.
    void client.getSession({});
    // @ts-expect-error: reading takes no key.
    void client.getSession({ path: { session_id: "x" }, idempotencyKey: "k" });`);
  const compilerOptions = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, module: "nodenext", target: "es2022", types: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["types.ts"] }));
  inFolder(process.execPath, require.resolve("typescript/bin/tsc"), "--project", ".");
});
