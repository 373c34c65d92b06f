import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { apart, lastKnown, placeText } from "./places";

test("a place is a time of day, or so long from the beginning", () => {
  for (const [place, byClock, want] of [
    [0, false, "0:00"], [65, false, "1:05"], [-3, false, "−0:03"], [600, false, "10:00"],
    [0, true, "00:00"], [1185, true, "19:45"], [1441, true, "00:01"], [-1, true, "23:59"],
  ] as const) equal(placeText(place, byClock), want);
});

test("a line ends where its last number is", () => {
  equal(lastKnown([1, null, 3, null], 9), 2);
  equal(lastKnown([1, null, 3, null], 1), 0);
  equal(lastKnown([null, 0], 1), 1);
  equal(lastKnown([null], 0), undefined);
  equal(lastKnown([], 0), undefined);
});

test("labels do not lie on each other", () => {
  const at = (x: number, y: number) => ({ x, y });
  deepEqual(apart([at(5, 10), at(5, 50), at(5, 48), at(5, 45)], 16, 12, 0), [10, 50, 38, 26]);
  deepEqual(apart([at(5, 50), at(90, 50)], 16, 12, 0), [50, 50]);
  deepEqual(apart([at(5, 50), at(9, 50), at(13, 50)], 16, 12, 0), [50, 38, 26]);
  deepEqual(apart([at(5, 9), at(5, 9), at(5, 9)], 16, 12, 8), [32, 8, 20]);
  deepEqual(apart([], 16, 12, 0), []);
});
