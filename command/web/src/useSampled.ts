import { useEffect, useState } from "react";
import { useConsole, type Console } from "./state/store";

const EVERY_MS = 500;

/** The store as it was a moment ago: for tables, which nobody reads ten times a second. */
export function useSampled(): Console {
  const [sample, setSample] = useState(useConsole.getState);
  useEffect(() => {
    const timer = setInterval(() => setSample(useConsole.getState()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return sample;
}
