import { describe, expect, it } from "vitest";
import { dayStart } from "../src/format";
import { dayAfter, everything, queryOf } from "../src/state/archive";
import { lateness, milestonesOf } from "../src/state/review";
import { event, incident, sortie } from "./pictures";

describe("the archive's query", () => {
  it("asks for everything with nothing", () => {
    expect(queryOf(everything, "Asia/Shanghai").toString()).toBe("");
  });

  it("names each value that is wanted", () => {
    const query = queryOf({ ...everything, kinds: ["fire", "flood"], levels: [1], states: ["closed"] }, "Asia/Shanghai");
    expect(query.toString()).toBe("kind=fire&kind=flood&level=1&state=closed");
  });

  it("takes whole days of the district's calendar, the last one too", () => {
    const query = queryOf({ ...everything, days: ["2026-02-28", "2026-02-28"] }, "Asia/Shanghai");
    expect(query.get("since")).toBe("2026-02-28T00:00:00+08:00");
    expect(query.get("until")).toBe("2026-03-01T00:00:00+08:00");
  });
});

it("a day begins by the zone's own clock", () => {
  expect(dayStart("2026-01-01", "UTC")).toBe("2026-01-01T00:00:00+00:00");
  expect(dayAfter("2028-02-28")).toBe("2028-02-29");
});

describe("a sortie's stages", () => {
  const advanced = (seq: number, at: string, trigger: string, subject = "S1") =>
    event(seq, { kind: "SortieAdvanced", subject, at, data: { trigger } });

  it("are told by the time since the report, each the first time only", () => {
    const events = [
      advanced(1, "2026-01-01T00:00:20Z", "prepared"),
      advanced(2, "2026-01-01T00:00:30Z", "took_off"),
      advanced(3, "2026-01-01T00:02:30Z", "arrived"),
      advanced(4, "2026-01-01T00:06:00Z", "recall"),
      advanced(5, "2026-01-01T00:08:00Z", "over_pad"),
      advanced(6, "2026-01-01T00:01:00Z", "arrived", "S2"),
    ];
    const reached = milestonesOf(incident(), sortie({ requested_at: "2026-01-01T00:00:02Z" }), events);
    expect(reached).toEqual({ requested: 2, prepared: 20, took_off: 30, arrived: 150, returned: 360 });
  });

  it("that were never reached are none", () => {
    expect(milestonesOf(incident(), sortie(), [])).toEqual({ requested: 0 });
  });
});

it("lateness is known only of a sortie that arrived", () => {
  expect(lateness(sortie({ eta_s: 120, on_scene_s: 131 }))).toBe(11);
  expect(lateness(sortie({ on_scene_s: null }))).toBeNull();
});
