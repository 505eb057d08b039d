// A gateway before stand-ins of its own: what one test does to a provider, no other test feels.

import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const UNLIMITED = ["--rpm", "1000000", "--tpm", "1000000000"];

/** Calls `use` with the URL of a gateway. `fault` befalls every provider; with `keys` clients need one of them. */
export async function withGateway(providers, { fault, keys } = {}, use) {
  const started = await start(providers, { fault, keys });
  try {
    return await use(started.url);
  } finally {
    started.stop();
  }
}

export async function start(providers, { fault, keys } = {}) {
  const home = mkdtempSync(join(tmpdir(), "aigw-interop-"));
  const children = [];
  const stop = () => {
    for (const child of children.reverse()) child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  const run = async (name, args, more, words, count) => {
    const [out, log] = [join(home, `${name}.out`), join(home, `${name}.log`)];
    const files = [openSync(out, "w"), openSync(log, "w")];
    const env = { HOME: home, AIGW_DATA_DIR: join(home, "data"), ...more };
    const child = spawn(process.env.AIGW, args, { stdio: ["ignore", ...files], env });
    files.forEach(closeSync);
    children.push(child);
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline && child.exitCode === null; ) {
      const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
      const wanted = lines.filter((line) => line.includes(words));
      if (wanted.length >= count) return { out, wanted };
      await after(20);
    }
    throw new Error(`${args}: ${readFileSync(log, "utf8")}`);
  };
  try {
    const faults = fault ? [`--fault=${fault}`] : [];
    const simulate = ["simulate", ...providers, ...UNLIMITED, ...faults];
    const { out: config } = await run("simulate", simulate, {}, " listening on ", providers.length);
    const more = {};
    if (keys) {
      more.AIGW_SERVE_KEY_FILE = join(home, "keys");
      writeFileSync(more.AIGW_SERVE_KEY_FILE, keys.join("\n"));
    }
    const serve = ["--config", config, "serve", "--port", "0"];
    const { wanted } = await run("serve", serve, more, "listening on http", 1);
    return { url: wanted[0].split(" ").at(-1), stop };
  } catch (error) {
    stop();
    throw error;
  }
}
