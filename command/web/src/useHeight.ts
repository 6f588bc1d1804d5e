import { useEffect, useRef, useState, type RefObject } from "react";

/** The height of an element as it is laid out, for widgets that must be told theirs. */
export function useHeight(): [RefObject<HTMLDivElement>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [height_px, setHeight] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => entry && setHeight(Math.floor(entry.contentRect.height)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, height_px];
}
