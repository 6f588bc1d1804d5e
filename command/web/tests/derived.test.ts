import { describe, expect, it } from "vitest";
import { dockToSend, isAttending, queueOf, sortieByDrone, standOf } from "../src/state/derived";
import { decision, dock, drone, incident, offer, sortie } from "./pictures";

describe("how a dock stands", () => {
  it.each([
    ["ready", dock(), drone(), undefined, "ready"],
    ["charging", dock({}, { charger: "charging" }), drone(), undefined, "charging"],
    ["not ready", dock(), drone({ ready: false }), undefined, "not_ready"],
    ["offline for its silent drone", dock(), drone({ connected: false }), undefined, "offline"],
    ["offline", dock({ online: false }), drone(), undefined, "offline"],
    ["at fault with its emergency stop pressed", dock({}, { emergency_stop: true }), drone(), undefined, "fault"],
    ["at fault with a stuck cover", dock({}, { cover: "stuck" }), drone(), undefined, "fault"],
    ["out, even while the dock is at fault", dock({}, { cover: "stuck" }), drone({ armed: true }), sortie(), "flying"],
    ["at fault when its drone is lost", dock(), drone(), sortie({ state: "lost" }), "fault"],
    ["ready again after its sortie", dock(), drone(), sortie({ state: "docked" }), "ready"],
  ] as const)("%s", (_, dockView, droneView, sortieView, standing) => {
    expect(standOf(dockView, droneView, sortieView).standing).toBe(standing);
  });

  it("offline when nothing has been heard at all", () => {
    expect(standOf(undefined, undefined, undefined).standing).toBe("offline");
  });
});

describe("the queue", () => {
  const ids = (...given: Parameters<typeof incident>[0][]) =>
    queueOf(Object.fromEntries(given.map((each) => [each!.id!, incident(each)]))).map((each) => each.id);

  it("puts the gravest first, the oldest of equals before", () => {
    expect(ids({ id: "I1", level: 3 }, { id: "I2", level: 1 }, { id: "I3", level: 3 })).toEqual(["I2", "I1", "I3"]);
  });

  it("puts those that wait for the officer before graver ones a drone is on its way to", () => {
    expect(ids({ id: "I1", level: 1, state: "dispatched" }, { id: "I2" }, { id: "I3", state: "unserved" })).toEqual(["I2", "I3", "I1"]);
  });

  it("puts attended ones after those, and closed ones last, newest first", () => {
    expect(
      ids({ id: "I1", state: "closed" }, { id: "I2", state: "closed" }, { id: "I3", state: "attended" }, { id: "I4", level: 4 }),
    ).toEqual(["I4", "I3", "I2", "I1"]);
  });
});

describe("the dock to send", () => {
  const ranked = decision(offer(), offer({ dock: "D02", drone: "U02" }), offer({ dock: "D03", drone: "U03", feasible: false }));

  it("is the best, until the officer chooses another", () => {
    expect(dockToSend(ranked, null, {})).toBe("D01");
    expect(dockToSend(ranked, "D02", {})).toBe("D02");
  });

  it("is never one that cannot send", () => {
    expect(dockToSend(ranked, "D03", {})).toBe("D01");
    expect(dockToSend(ranked, null, { S1: sortie() })).toBe("D02");
    expect(dockToSend(undefined, null, {})).toBeNull();
  });

  it("is that of a drone in the air only while it is there", () => {
    const flying = decision(offer({ airborne: true }), offer({ dock: "D02", drone: "U02" }));
    expect(dockToSend(flying, null, { S1: sortie({ state: "returning" }) })).toBe("D01");
    expect(dockToSend(flying, null, {})).toBe("D02");
  });

  it("is that of a drone at another incident only if the officer chooses it", () => {
    const reasons = [{ veto: "drone_away", value: null, limit: null, text: "U02 is on sortie S1 (on_scene)" }];
    const busy = decision(offer(), offer({ dock: "D02", drone: "U02", airborne: true, feasible: false, reasons }));
    const out = { S1: sortie({ drone: "U02", state: "on_scene" }) };
    expect(dockToSend(busy, null, out)).toBe("D01");
    expect(dockToSend(busy, "D02", out)).toBe("D02");
    const low = [...reasons, { veto: "battery", value: 20, limit: 30, text: "" }];
    expect(dockToSend(decision(offer(), { ...busy.ranking[1]!, reasons: low }), "D02", out)).toBe("D01");
  });
});

it("a sortie can be recalled until it is on its way home", () => {
  expect(isAttending(sortie({ state: "on_scene" }))).toBe(true);
  expect(isAttending(sortie({ state: "returning" }))).toBe(false);
});

it("the newest active sortie of a drone is its sortie", () => {
  const sorties = { S1: sortie({ state: "docked" }), S2: sortie({ id: "S2" }) };
  expect(sortieByDrone(sorties).U01?.id).toBe("S2");
});
