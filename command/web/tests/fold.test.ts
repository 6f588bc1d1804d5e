import { describe, expect, it } from "vitest";
import type { DistrictView, Opening } from "../src/contract";
import {
  applyChange,
  applyDock,
  applyOpening,
  applyResumed,
  applyTelemetry,
  applyTimeline,
  nothing,
} from "../src/state/fold";
import { unread } from "../src/state/droneAlarms";
import { alarm, dock, drone, event, incident, snapshot, sortie } from "./pictures";

const greeting = (given: Partial<Opening> = {}): Opening => ({
  ...{ stream: "A", snapshot: snapshot(), district: null, status: null, coverage: null, requests: [], online: true },
  clock: { now: "2026-01-01T00:00:00Z", speedup: 1 },
  ...given,
});

describe("the picture of operations", () => {
  it("is replaced by a snapshot, incidents that are gone included", () => {
    const old = applyOpening(nothing, greeting({ snapshot: snapshot({ incidents: [incident()] }) }));
    const now = applyOpening(old, greeting({ snapshot: snapshot({ seq: 20, incidents: [incident({ id: "I2" })] }) }));
    expect(Object.keys(now.incidents)).toEqual(["I2"]);
    expect(now.seq).toBe(20);
  });

  it("stays while the controller has not answered yet", () => {
    const old = applyOpening(nothing, greeting({ snapshot: snapshot({ incidents: [incident()] }) }));
    const now = applyOpening(old, greeting({ snapshot: null, online: false }));
    expect(now.incidents).toBe(old.incidents);
    expect(now.controllerOnline).toBe(false);
  });

  it("keeps the district's identity when the same comes again, so that the map is not redrawn", () => {
    const district = () => ({ id: "longgang", kinds: [] }) as unknown as DistrictView;
    const old = applyOpening(nothing, greeting({ district: district() }));
    expect(applyOpening(old, greeting({ district: district() })).district).toBe(old.district);
  });

  it("takes a change's views and ignores changes it has already", () => {
    const old = applyOpening(nothing, greeting());
    const change = { event: event(11), incident: incident({ state: "dispatched" }), sortie: sortie(), alarm: null };
    const now = applyChange(old, change);
    expect(now.incidents.I1?.state).toBe("dispatched");
    expect(now.sorties.S1?.state).toBe("en_route");
    expect(applyChange(now, { ...change, incident: incident({ state: "closed" }) })).toBe(now);
  });

  it("knows at once what somebody has read at another console", () => {
    const old = applyOpening(nothing, greeting({ snapshot: snapshot({ alarms: [alarm()] }) }));
    expect(unread(old.alarms)).toHaveLength(1);
    const now = applyChange(old, { event: event(11), incident: null, sortie: null, alarm: alarm({ acknowledged_by: "li" }) });
    expect(unread(now.alarms)).toEqual([]);
  });

  it("goes on where it was when the connection comes back, and keeps what was asked for", () => {
    const old = applyTimeline(applyOpening(nothing, greeting()), "I1", [event(9)]);
    const changes = [10, 11, 12].map((seq) => ({ event: event(seq), incident: incident(), sortie: null, alarm: null }));
    const now = applyResumed(old, {
      ...{ stream: "A", changes, docks: [dock()], telemetry: { at: "", drones: [] } },
      ...{ status: null, coverage: null, requests: [], online: true, clock: { now: "", speedup: 1 } },
    });
    expect(now.seq).toBe(12);
    expect(now.stream).toBe("A");
    expect(now.timelines.I1?.map((each) => each.seq)).toEqual([9, 11, 12]);
    expect(Object.keys(now.docks)).toEqual(["D01"]);
  });

  it("ignores changes before the first snapshot", () => {
    expect(applyChange(nothing, { event: event(1), incident: incident(), sortie: null, alarm: null })).toBe(nothing);
  });

  it("adds an event to a timeline that was asked for, and to no other", () => {
    const old = applyTimeline(applyOpening(nothing, greeting()), "I1", [event(9)]);
    const now = applyChange(old, { event: event(11), incident: null, sortie: null, alarm: null });
    expect(now.timelines.I1?.map((each) => each.seq)).toEqual([9, 11]);
    const other = applyChange(now, { event: event(12, { incident: "I2" }), incident: null, sortie: null, alarm: null });
    expect(other.timelines).toEqual(now.timelines);
  });

  it("joins an answer with the events that came while it was on its way", () => {
    const old = applyTimeline(applyOpening(nothing, greeting()), "I1", [event(11)]);
    const now = applyTimeline(old, "I1", [event(9), event(11)]);
    expect(now.timelines.I1?.map((each) => each.seq)).toEqual([9, 11]);
  });

  it("forgets decisions and timelines when changes may have been missed", () => {
    const old = applyTimeline(applyOpening(nothing, greeting()), "I1", [event(9)]);
    expect(applyOpening(old, greeting()).timelines).toEqual({});
  });

  it("takes the newest of each drone and dock and leaves the others alone", () => {
    const drones = [drone(), drone({ drone: "U02" })];
    const old = applyOpening(nothing, greeting({ snapshot: snapshot({ telemetry: { at: "", drones } }) }));
    const now = applyTelemetry(old, [drone({ drone: "U02", alt_rel_m: 50 })]);
    expect(now.drones.U02?.alt_rel_m).toBe(50);
    expect(now.drones.U01).toBe(old.drones.U01);
    expect(applyDock(now, dock({ online: false })).docks.D01?.online).toBe(false);
  });
});
