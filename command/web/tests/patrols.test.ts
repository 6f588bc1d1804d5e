import i18next from "i18next";
import { describe, expect, it } from "vitest";
import type { PatrolFlightView, PatrolTaskView, PatrolView, PatrolsView } from "../src/contract";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";
import { taskFeatures } from "../src/map/tasks";
import { patrolReason } from "../src/patrolWords";
import { aged, byUrgency, dayFigures, dayRows, flightsOf, hoursOf, shareOfSpan, spanOf, standOfFlight, taskOfVisit } from "../src/state/patrols";

await i18next.init({
  lng: "zh",
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
  showSupportNotice: false,
});

const MIDNIGHT = Date.parse("2026-11-21T00:00:00Z");
const at = (hours: number) => new Date(MIDNIGHT + hours * 3_600_000).toISOString();

function flight(given: Partial<PatrolFlightView> = {}): PatrolFlightView {
  return {
    ...{ id: "S001", dock: "D01", drone: "U01", ordered_at: at(9), lands_at: at(9.5), state: "planned" as const },
    ...{ reason: null, outcome: null, sortie: null, incident: null, visits: ["W01@1", "L01.2"], seen: [] },
    ...given,
  };
}

function patrol(given: Partial<PatrolView> = {}): PatrolView {
  return {
    ...{ id: "daily@1", name: { zh: "巡查", en: "Patrol" }, midnight: at(0), rest_of: null, visits: 2, seen: 0 },
    ...{ missed: {}, handed_on: {}, unserved: {}, flights: [flight()] },
    ...given,
  };
}

function view(...patrols: PatrolView[]): PatrolsView {
  return { at: at(9), least_coverage: 0.9, covered_share: 0.99, waits: null, paused: null, patrols, tasks: [] };
}

function task(given: Partial<PatrolTaskView> = {}): PatrolTaskView {
  return {
    ...{ task: "W01", name: { zh: "水库", en: "Reservoir" }, kind: "reservoir", lon: 114, lat: 22 },
    ...{ shape: { type: "Point", coordinates: [114, 22] }, priority: 2, revisit_h: 6 },
    ...{ last_seen_at: null, age_s: null, next_at: null },
    ...given,
  };
}

describe("a flight stands as its state and its outcome say", () => {
  it.each([
    [flight(), "planned"],
    [flight({ state: "waits" }), "due"],
    [flight({ state: "flying" }), "flying"],
    [flight({ state: "flown", outcome: "seen" }), "done"],
    [flight({ state: "flown", outcome: "pre_empted", incident: "I1" }), "pre_empted"],
    [flight({ state: "given_up", outcome: "replanned" }), "replanned"],
    [flight({ state: "given_up", outcome: "missed" }), "missed"],
    [flight({ state: "flown" }), "unfinished"],
  ])("%#", (given, stand) => expect(standOfFlight(given)).toBe(stand));
});

describe("the day", () => {
  const later = flight({ id: "S002", ordered_at: at(14.2), lands_at: at(14.7) });
  const flights = flightsOf(view(patrol({ flights: [later, flight()] })));

  it("has a row for each dock, the earliest flight first", () => {
    const site = { id: "D01", drone: "U01" } as Parameters<typeof dayRows>[0][number];
    const idle = { id: "D02", drone: "U02" } as Parameters<typeof dayRows>[0][number];
    const rows = dayRows([site, idle], flights);
    expect(rows.map((row) => row.flights.map((each) => each.flight.id))).toEqual([["S001", "S002"], []]);
  });

  it("spans whole hours around all flights and the present moment", () => {
    const span = spanOf(flights, MIDNIGHT + 8.2 * 3_600_000, MIDNIGHT);
    expect([span.fromMs, span.untilMs].map((ms) => (ms - MIDNIGHT) / 3_600_000)).toEqual([8, 15]);
    expect(hoursOf(span, 13)).toHaveLength(8);
    expect(hoursOf(span, 4)).toHaveLength(4);
    expect(shareOfSpan(span.fromMs - 1, span)).toBe(0);
    expect(shareOfSpan((span.fromMs + span.untilMs) / 2, span)).toBe(0.5);
  });

  it("counts a visit once, however often it was planned anew", () => {
    const first = patrol({ seen: 1, handed_on: { "L01.2": "daily@1.2" }, unserved: { C001: "no way" } });
    const rest = patrol({ id: "daily@1.2", rest_of: "daily@1", visits: 1, missed: { "L01.2": "its hours are over" } });
    const told = view(first, rest);
    expect(dayFigures(told, flightsOf(told))).toEqual({ visits: 3, seen: 1, missed: 2, flying: 0, due: 0 });
  });
});

describe("a task", () => {
  const hours = (since: number, revisit_h: number | null = 6) => aged(task({ last_seen_at: at(10 - since), revisit_h }), MIDNIGHT + 10 * 3_600_000);

  it("ages by its own interval, or by a day", () => {
    expect([hours(1), hours(5), hours(7), hours(7, null)].map((each) => each.ageing)).toEqual(["fresh", "soon", "overdue", "fresh"]);
    expect(hours(7).over_s).toBe(3600);
    expect(aged(task(), MIDNIGHT).ageing).toBe("never");
  });

  it("comes first if it is overdue, then if nobody has seen it, then by age", () => {
    const never = aged(task({ task: "N" }), MIDNIGHT);
    expect([hours(1), never, hours(5), hours(7)].sort(byUrgency).map((each) => each.ageing)).toEqual(["overdue", "never", "soon", "fresh"]);
  });

  it("is found by its visits", () => {
    expect(["C001", "W01@2", "L01.3", "L01.3@2"].map(taskOfVisit)).toEqual(["C001", "W01", "L01", "L01"]);
  });

  it("is on the map with its shape, its ageing and whether it is chosen", () => {
    const [feature] = taskFeatures([hours(7)], new Set(["W01"])).features;
    expect(feature?.geometry.type).toBe("Point");
    expect(feature?.properties).toEqual({ id: "W01", ageing: "overdue", order: 3, chosen: true });
  });
});

describe("why a flight waits is told in the language chosen, with its figures", () => {
  it.each([
    ["the 5-minute coverage is 88.1 %, patrols leave 90.0 %", "5 分钟覆盖 88.1%，巡查须保留 90.0%"],
    ["gusts of 9.6 m/s, patrols fly up to 9 m/s", "阵风 9.6 m/s，巡查上限 9 m/s"],
    ["officer has paused the patrols: paused by the officer", "officer 已暂停巡查：值班员暂停"],
    ["U15 is not on its pad; its dock has told no weather", "无人机不在机位；机场尚未报告气象"],
    ["something new", "something new"],
  ])("%s", (said, chinese) => {
    expect(patrolReason(said, i18next.getFixedT("zh"), "zh")).toBe(chinese);
    expect(patrolReason(said, i18next.getFixedT("en"), "en")).not.toContain("patrols.said");
  });
});
