import { describe, expect, it } from "vitest";
import type { DistrictView, ResponsePlanView } from "../src/contract";
import type { Role } from "../src/session";
import { isOverdue, movesFor, plansOf, progressOf, tasksTo } from "../src/state/response";
import { incident, REPORTED, task } from "./pictures";

const name = { zh: "火", en: "fire" };

function plan(id: string, ...items: string[]): ResponsePlanView {
  return { id, name, brief: null, calls: [], camera: null, second_drone: null, checklist: items.map((item) => ({ id: item, text: name })) };
}

function person(who: string, role: Role = "duty_officer") {
  return { name: who, shown: who, role, subdistricts: [], disabled: false, must_change: false };
}

describe("the plans of an incident", () => {
  const district = { plans: [plan("grave", "a"), plan("fire", "b", "c")] } as unknown as DistrictView;

  it("are those it names, in the district's order", () => {
    expect(plansOf(incident({ plans: ["fire", "gone", "grave"] }), district).map(({ id }) => id)).toEqual(["grave", "fire"]);
    expect(plansOf(incident({ plans: ["fire"] }), null)).toEqual([]);
  });

  it("count what is ticked of their own items only", () => {
    const tick = (item: string) => ({ item, text: name, by: "li", at: REPORTED });
    expect(progressOf(incident({ ticks: [tick("b"), tick("of another plan")] }), district.plans)).toEqual({ done: 1, all: 3 });
  });
});

describe("a task", () => {
  it("is the receiver's to take and to report done, and the giver's to withdraw", () => {
    expect(movesFor(task(), person("wang"))).toEqual(["take", "done"]);
    expect(movesFor(task({ state: "taken" }), person("wang"))).toEqual(["done"]);
    expect(movesFor(task(), person("li"))).toEqual(["withdraw"]);
    expect(movesFor(task(), person("zhao"))).toEqual([]);
  });

  it("to somebody outside is told by any, and a commander moves every task", () => {
    expect(movesFor(task({ outside: true }), person("zhao"))).toEqual(["take", "done"]);
    expect(movesFor(task(), person("chen", "commander"))).toEqual(["take", "done", "withdraw"]);
  });

  it("that is over is moved by nobody and never late", () => {
    const over = task({ state: "done", due_at: REPORTED });
    expect(movesFor(over, person("chen", "administrator"))).toEqual([]);
    expect(isOverdue(over, Date.parse(REPORTED) + 1)).toBe(false);
    expect(isOverdue(task({ due_at: REPORTED }), Date.parse(REPORTED) + 1)).toBe(true);
  });

  it("is shown to whom it was given, what is due first at the top", () => {
    const tasks = [task({ id: "T1" }), task({ id: "T2", due_at: REPORTED }), task({ id: "T3", to: "li" }), task({ id: "T4", state: "done" }), task({ id: "T5", outside: true })];
    expect(tasksTo({ I1: incident({ tasks }) }, "wang").map(({ id }) => id)).toEqual(["T2", "T1"]);
  });
});
