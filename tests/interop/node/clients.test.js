// Unchanged clients before the gateway, over a provider of every wire: nobody notices who is behind it.

import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { DRIVERS } from "./drivers.js";
import { start, withGateway } from "./launch.js";
import { FORECAST, REPORTS, STORY } from "./words.js";

const WIRES = ["groq", "anthropic", "gemini", "replicate"];
const EMBEDDERS = { openai: "openai/text-embedding-3-small", gemini: "gemini/gemini-embedding-001" };
// A provider's failure, and the status that the gateway makes of it.
const FAILURES = [
  ...WIRES.map((wire) => [wire, "429:30", 429]),
  ["groq", "503", 503],
  ["groq", "context", 400],
  ["groq", "filter", 400],
  // Our key is refused, not the client's.
  ["groq", "401", 502],
];
const VERSIONS = JSON.parse(readFileSync(new URL("package.json", import.meta.url))).dependencies;
const KEY = "aigw-interop-0123456789abcdef0123456789";

let sound;
before(async () => {
  sound = await start([...WIRES, "openai"]);
});
after(() => sound?.stop());

/** A test that counts for a column of the table. */
function check(Driver, what, wire, more, run) {
  test([Driver.title, what, wire, more].filter(Boolean).join(": "), async () => {
    let outcome = "failed";
    try {
      await run();
      outcome = "passed";
    } finally {
      const row = [Driver.title, VERSIONS[Driver.package], what, wire, outcome];
      appendFileSync(process.env.INTEROP_RECORD, `${row.join("\t")}\n`);
    }
  });
}

const whole = async (pieces) => (await Array.fromAsync(pieces)).join("");

/** Asks, and says what it fails with. */
async function failure(client, model, stream) {
  try {
    await (stream ? whole(client.pieces(model, STORY)) : client.say(model, STORY));
  } catch (error) {
    return error;
  }
  assert.fail("it did not fail");
}

function fails(client, error, status) {
  assert.ok(client.failed(error, status), `${status}: ${error?.constructor?.name} ${error?.stack ?? error}`);
}

for (const Driver of DRIVERS) {
  const client = () => new Driver(sound.url);
  const able = (what) => what in Driver.prototype;

  for (const wire of WIRES) {
    check(Driver, "answer", wire, "", async () => {
      assert.equal((await client().say(wire, "say exactly: héllo, 世界 🦀")).trim(), "héllo, 世界 🦀");
      assert.match(await client().say(wire, STORY), /lighthouse/);
    });
    check(Driver, "stream", wire, "", async () => {
      const pieces = await Array.fromAsync(client().pieces(wire, STORY));
      assert.ok(pieces.length > 3);
      assert.equal(pieces.join(""), await client().say(wire, STORY));
    });
    for (const stream of [false, true]) {
      check(Driver, "tools", wire, stream ? "stream" : "whole", async () => {
        const told = await client().weather(wire, stream);
        for (const report of Object.values(REPORTS)) assert.ok(told.includes(report), told);
      });
    }
    if (wire !== "replicate") {
      check(Driver, "schema", wire, "", async () => {
        assert.deepEqual({ ...(await client().forecast(wire, FORECAST)) }, { city: "Lima", unit: "celsius", days: 3 });
      });
    }
    if (able("count")) {
      check(Driver, "token count", wire, "", async () => {
        const few = await client().count(wire, "hello there ");
        const many = await client().count(wire, "hello there ".repeat(50));
        assert.ok(0 < few && few < 20 && 20 < many && many < 500, `${few} ${many}`);
      });
    }
  }

  if (able("vectors")) {
    for (const [wire, model] of Object.entries(EMBEDDERS)) {
      check(Driver, "embeddings", wire, "", async () => {
        const [tea, milk, again] = await client().vectors(model, ["tea", "milk", "tea"]);
        assert.deepEqual(tea, again);
        assert.notDeepEqual(tea, milk);
        assert.ok(Math.abs(Math.hypot(...tea) - 1) < 1e-3);
      });
    }
  }
  if (able("models")) {
    check(Driver, "models", "", "", async () => {
      const names = await client().models();
      assert.ok(
        names.some((name) => name.endsWith("simulated")),
        `${names}`,
      );
    });
  }

  for (const stream of [false, true]) {
    const way = stream ? "stream" : "whole";
    for (const [wire, fault, status] of FAILURES) {
      check(Driver, "errors", wire, `${fault} ${way}`, () =>
        withGateway([wire], { fault }, async (url) => {
          const asked = new Driver(url);
          fails(asked, await failure(asked, wire, stream), status);
        }),
      );
    }
    check(Driver, "errors", "", `unknown model ${way}`, async () => {
      fails(client(), await failure(client(), "grok-nothing", stream), 404);
    });
    check(Driver, "errors", "", `a key ${way}`, () =>
      withGateway(["groq"], { keys: [KEY] }, async (url) => {
        const stranger = new Driver(url, "wrong");
        fails(stranger, await failure(stranger, "groq", stream), 401);
        assert.equal((await new Driver(url, KEY).say("groq", "say exactly: welcome")).trim(), "welcome");
      }),
    );
  }

  for (const [wire, fault] of [
    ["groq", "cut:9"],
    ["groq", "eof:9"],
    ["anthropic", "cut:9"],
    ["gemini", "cut:3"],
  ]) {
    check(Driver, "broken stream", wire, fault, () =>
      withGateway([wire], { fault }, async (url) => {
        const complete = await client().say(wire, STORY);
        const asked = new Driver(url);
        let said = "";
        let broken = null;
        try {
          for await (const piece of asked.pieces(wire, STORY)) said += piece;
        } catch (error) {
          broken = { error };
        }
        assert.ok(broken && asked.broken(broken.error), `${broken?.error?.stack ?? "a short answer"}`);
        assert.ok(said && complete.startsWith(said) && said !== complete);
      }),
    );
  }
  // Replicate keeps the prediction: the rest is read from there.
  check(Driver, "broken stream", "replicate", "mended", () =>
    withGateway(["replicate"], { fault: "cut:9" }, async (url) => {
      assert.equal(await whole(new Driver(url).pieces("replicate", STORY)), await client().say("replicate", STORY));
    }),
  );
}
