/** The controller's sentences about an order to a drone, in the language chosen. Pure but for the
 * dictionaries; English stays as it was said, and so does a sentence that is not known here. */
import type { TFunction } from "i18next";
import { Refused } from "./refused";
import { refusalText } from "./words";

type Sentence = [RegExp, string, ...string[]];

const SENTENCES: Sentence[] = [
  [/^(\S+) is ([a-z ]+); it cannot be .+ now$/, "state", "drone", "state"],
  [/^(\S+) is not heard; it cannot be .+ now$/, "silent", "drone"],
  [/^(\S+) holds the lease of (\S+); take it back first$/, "lent", "holder", "drone"],
  [/^the autopilot of (\S+) brings it home by itself \((\S+)\)$/, "autopilot", "drone", "mode"],
  [/^it was coming down when it was held; say land_now, or where$/, "wasLanding"],
  [/^(\S+) is on the ground; take it back instead$/, "onGround", "drone"],
  [/^it was lent when it was held; recall it, or say where$/, "wasLent"],
  [/^(\S+) is ([a-z ]+); it cannot be lent now$/, "state", "drone", "state"],
  [/^(\S+) cannot leave its dock: (.+)$/, "cannotLeave", "drone", "why"],
  [/^no ground station is connected to (\S+) at (\S+)$/, "nobodyConnected", "drone", "address"],
  [/^(\S+) is not connected to (\S+); .+ is$/, "hungUp", "guest", "drone"],
  [/^(\S+) cannot be lent: (.+) holds the lease for another (\d+) s; take it back first$/, "lent", "drone", "holder"],
  [/^(\S+): the controller holds the lease; there is nothing to take back$/, "notLent", "drone"],
  [/^drones are not offered to ground stations; start with --gateway$/, "notOffered"],
  [/^(\S+) has not told where it is$/, "placeUnknown", "drone"],
  [/^\S+ cannot go there: the place is inside .+, (\d+) m away$/, "placeForbidden", "off"],
  [/^\S+ cannot go there: a circle of (\d+) m would touch a no-fly volume; (\d+) m .+$/, "circle", "radius", "free"],
  [/^\S+ cannot go there: it would come home with (\d+) Wh, the reserve is (\d+) Wh .+$/, "energy", "left", "reserve"],
  [/^\S+ cannot go there: no way leads .+$/, "noWay"],
  [/^\S+ cannot go there: the drone itself is inside .+; recall it$/, "inside"],
  [/^the sortie has ended: (\w+)$/, "ended"],
  [/^(\S+) has the control of (\S+); .+$/, "control", "who", "drone"],
  [/^the sortie is being taken up again; try again at once$/, "takenUp"],
  [/^(\S+) is not heard; its camera cannot be turned now$/, "silent", "drone"],
  [/^(\S+) is ([a-z ]+); its camera is not turned any more$/, "state", "drone", "state"],
  [/^pointing the camera: the gimbal tilts from (-?\d+) to (-?\d+) degrees, .+$/, "tilts", "low", "high"],
  [/^pointing the camera: the gimbal does not pan by itself; turn the drone$/, "noPan"],
  [/^the camera of (\S+) zooms up to ([\d.]+), not .+$/, "zooms", "drone", "most"],
  [/^acknowledged, but the gimbal does not show it$/, "notThere"],
  [/^no drone is out that could be told this$/, "nobodyOut"],
];

export function orderRefusalText(refusal: unknown, t: TFunction, language: string): string {
  const said = refusalText(refusal, t);
  return refusal instanceof Refused && language !== "en" ? sentenceIn(said, t) : said;
}

/** Also for the reasons that come with an answer, one for each drone that could not be told. */
export function sentenceIn(said: string, t: TFunction): string {
  for (const [pattern, key, ...names] of SENTENCES) {
    const found = pattern.exec(said);
    if (found === null) continue;
    const figures = Object.fromEntries(names.map((name, index) => [name, found[index + 1]]));
    if (figures.state) figures.state = t(`sortie.state.${figures.state.replaceAll(" ", "_")}`);
    return t(`order.refused.${key}`, figures);
  }
  return said;
}
