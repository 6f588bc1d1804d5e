import { describe, expect, it } from "vitest";
import { newAlarms, type Alarming } from "../src/state/alarms";
import { dock, incident, sortie } from "./pictures";

const quiet: Alarming = { seq: 1, incidents: {}, sorties: {}, docks: {} };

function rings(before: Partial<Alarming>, now: Partial<Alarming>) {
  return newAlarms({ ...quiet, ...before }, { ...quiet, ...now }).map(({ urgency }) => urgency);
}

describe("an alarm", () => {
  it("calls when an incident waits for the officer, and only once for each", () => {
    expect(rings({}, { incidents: { I1: incident() } })).toEqual(["calls"]);
    expect(rings({ incidents: { I1: incident() } }, { incidents: { I1: incident({ note: "more" }) } })).toEqual([]);
  });

  it("tells of an incident to which a drone was sent by rule", () => {
    expect(rings({}, { incidents: { I1: incident({ state: "dispatched" }) } })).toEqual(["tells"]);
    const arrived = { incidents: { I1: incident({ state: "on_scene" }) } };
    expect(rings({ incidents: { I1: incident({ state: "dispatched" }) } }, arrived)).toEqual([]);
  });

  it("calls again when every drone that was sent has failed", () => {
    const before = { incidents: { I1: incident({ state: "dispatched" }) } };
    expect(rings(before, { incidents: { I1: incident({ state: "unserved" }) } })).toEqual(["calls"]);
  });

  it("calls when a drone is lost", () => {
    expect(rings({ sorties: { S1: sortie() } }, { sorties: { S1: sortie({ state: "lost" }) } })).toEqual(["calls"]);
  });

  it("tells of a dock's fault", () => {
    expect(rings({ docks: { D01: dock() } }, { docks: { D01: dock({}, { cover: "stuck" }) } })).toEqual(["tells"]);
  });

  it("does not come with the first picture that a console gets", () => {
    expect(rings({ seq: null }, { incidents: { I1: incident() } })).toEqual([]);
  });
});
