import assert from "node:assert/strict";
import { test } from "node:test";
import { Loads } from "./loads";

interface Asked { src: string; done: (thing: unknown) => void; failed: (why: Error) => void }

function fixture(): { asked: Asked[]; clock: { now: number }; loads: Loads } {
  const asked: Asked[] = [];
  const clock = { now: 0 };
  const loads = new Loads((src) => new Promise((done, failed) => asked.push({ src, done, failed })), () => clock.now);
  return { asked, clock, loads };
}

test("what many rows want is loaded once", async () => {
  const { asked, loads } = fixture();
  assert.equal(loads.state("a"), "loading");
  assert.equal(loads.state("a"), "loading");
  assert.equal(asked.length, 1);
  asked[0]!.done("picture");
  await loads.settled("a");
  assert.equal(loads.state("a"), "there");
  assert.equal(asked.length, 1);
});

test("what failed is left alone for a minute", async () => {
  const { asked, clock, loads } = fixture();
  loads.state("a");
  asked[0]!.failed(new Error("404"));
  await loads.settled("a");
  clock.now = 60_000;
  assert.equal(loads.state("a"), "gone");
  assert.equal(asked.length, 1);
  clock.now = 60_001;
  assert.equal(loads.state("a"), "loading");
  assert.equal(asked.length, 2);
});

test("what nobody has wanted for long is forgotten", () => {
  const { asked, loads } = fixture();
  loads.state("first");
  for (let i = 0; i < 399; i++) loads.state(`p${i}`);
  loads.state("first"); // wanted again
  loads.state("one more"); // p0 goes
  assert.equal(asked.length, 401);
  loads.state("first");
  assert.equal(asked.length, 401);
  loads.state("p0");
  assert.equal(asked.length, 402);
});
