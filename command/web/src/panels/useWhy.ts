import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ExplanationView } from "../contract";
import { ask } from "../link";
import { unansweredText } from "../words";

export interface WhyState {
  shown: ExplanationView | null;
  asking: boolean;
  refusal: string | null;
  toggle: () => void;
}

/** The explanation of the decision: asked for when opened, and again when another takes its place. What
 * is shown stays until the next is here, so that nothing jumps. */
export function useWhy(decision: string | undefined): WhyState {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [told, setTold] = useState<ExplanationView | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const due = open && decision !== undefined && told?.decision.id !== decision;
  useEffect(() => {
    if (!due) return;
    let current = true;
    ask("explain_decision", { decision })
      .then((explanation) => current && setTold(explanation))
      .catch((reason: unknown) => {
        if (!current) return;
        setRefusal(unansweredText(reason, t));
        setOpen(false);
      });
    return () => {
      current = false;
    };
  }, [due, decision, t]);
  const toggle = () => {
    setRefusal(null);
    setOpen(!open);
  };
  return { shown: open ? told : null, asking: due, refusal, toggle };
}
