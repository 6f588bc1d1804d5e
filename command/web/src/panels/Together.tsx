import { useTranslation } from "react-i18next";
import type { ClaimView, TogetherView } from "../contract";
import { useConsole } from "../state/store";
import { claimText, togetherText } from "../words";
import { Level } from "./IncidentQueue";
import { useKindName, usePlaceName } from "./names";

/** The incidents that were decided together, who goes to each, and why it is so. */
export function Together({ together }: { together: TogetherView }) {
  const { t } = useTranslation();
  return (
    <div className="together" data-testid="together">
      <b>{t("together.title")}</b>
      <ul>
        {together.claims.map((claim) => (
          <Claimed key={claim.incident} claim={claim} />
        ))}
      </ul>
      <p className="faint">{togetherText(together, t)}</p>
    </div>
  );
}

function Claimed({ claim }: { claim: ClaimView }) {
  const { t } = useTranslation();
  const incident = useConsole((state) => state.incidents[claim.incident]);
  const kind = useKindName(incident?.kind ?? claim.incident); // one long gone is told by its number
  const place = usePlaceName(incident?.subdistrict ?? null);
  return (
    <li data-testid={`together-${claim.incident}`}>
      <Level level={claim.level} />
      <span>
        {incident === undefined ? kind : `${kind} · ${place}`}
        <span className="num"> · {claimText(claim, t)}</span>
      </span>
    </li>
  );
}
