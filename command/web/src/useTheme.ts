import { useEffect, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";
import { paint, type Theme } from "./palette";
import { useHabits } from "./state/habits";

/** The theme chosen, on the page too; paper is always light. */
export function useTheme(): Theme {
  const chosen = useHabits((habits) => habits.theme);
  const [printing, setPrinting] = useState(false);
  const theme = printing ? "light" : chosen;
  useLayoutEffect(() => paint(theme), [theme]);
  useEffect(() => {
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
    };
  }, []);
  return theme;
}
