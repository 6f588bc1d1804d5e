import { afterEach, describe, expect, it } from "vitest";
import { noteClose, propose } from "../src/acts";
import { useConsole } from "../src/state/store";
import { decision, offer, sortie } from "./pictures";
import { mayBeWrittenOff } from "../src/state/derived";

afterEach(() => useConsole.setState({ decisions: {}, sorties: {}, confirming: null, chosenDock: null }));

const best = (dock: string, drone: string) => ({ I1: decision(offer({ dock, drone, eta_s: 100 })) });

describe("what is proposed", () => {
  it("stays what it was when another decision comes before it is confirmed", () => {
    useConsole.setState({ decisions: best("D01", "U01") });
    propose("dispatch", "I1");
    const proposed = useConsole.getState().confirming;
    useConsole.setState({ decisions: best("D02", "U02"), sorties: { S1: sortie({ drone: "U01" }) } });
    expect(useConsole.getState().confirming).toBe(proposed);
    expect(proposed).toMatchObject({ act: "dispatch", id: "I1", dock: "D01", drone: "U01", divert: false });
  });

  it("is nothing where nobody can be sent", () => {
    useConsole.setState({ decisions: { I1: decision(offer({ feasible: false })) } });
    propose("dispatch", "I1");
    expect(useConsole.getState().confirming).toBeNull();
  });

  it("is another act with another note, under a key of its own", () => {
    propose("close", "I1");
    const before = useConsole.getState().confirming;
    noteClose("明火已扑灭");
    const after = useConsole.getState().confirming;
    expect(after).toMatchObject({ act: "close", id: "I1", note: "明火已扑灭" });
    expect(after?.key).not.toBe(before?.key);
  });
});

describe("a drone is written off", () => {
  it.each([
    ["lost", true],
    ["grounded", true],
    ["en_route", false],
    ["written_off", false],
  ] as const)("when it is %s: %s", (state, may) => {
    expect(mayBeWrittenOff(sortie({ state }))).toBe(may);
  });
});
