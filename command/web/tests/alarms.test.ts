import { describe, expect, it } from "vitest";
import { newAlarms, type Alarming } from "../src/state/alarms";
import { alarm, dock, incident, REPORTED, sortie, task } from "./pictures";

const quiet: Alarming = { seq: 1, incidents: {}, sorties: {}, docks: {}, alarms: {} };

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

  it("calls when an autopilot says what must be read, and not once somebody has read it", () => {
    expect(rings({}, { alarms: { A1: alarm() } })).toEqual(["calls"]);
    expect(rings({ alarms: { A1: alarm() } }, { alarms: { A1: alarm({ acknowledged_by: "li" }) } })).toEqual([]);
  });

  it("calls whom the control of a drone is offered, and nobody else", () => {
    const control = { holder: "li", since: REPORTED, offered_to: "wang" };
    const offered = { sorties: { S1: sortie({ control }) } };
    expect(rings({ me: "wang" }, { ...offered, me: "wang" })).toEqual(["calls"]);
    expect(rings({ me: "li" }, { ...offered, me: "li" })).toEqual([]);
  });

  it("calls whom a task was given, and nobody else", () => {
    const given = { incidents: { I1: incident({ state: "on_scene", tasks: [task()] }) } };
    const before = { incidents: { I1: incident({ state: "on_scene" }) } };
    expect(rings({ ...before, me: "wang" }, { ...given, me: "wang" })).toEqual(["calls"]);
    expect(rings({ ...before, me: "li" }, { ...given, me: "li" })).toEqual([]);
  });

  it("does not come with the first picture that a console gets", () => {
    expect(rings({ seq: null }, { incidents: { I1: incident() } })).toEqual([]);
  });
});
