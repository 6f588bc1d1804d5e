import { CloseOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Select, type RefSelectProps } from "antd";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { positionText } from "../format";
import { usePlaceNames } from "../panels/names";
import { useMay } from "../session";
import { findables, type Findable } from "../state/places";
import { isPicking, startReport, useConsole } from "../state/store";
import { nameOf } from "../words";
import { lookAt, lookAtAll } from "./view";

const KINDS = ["dock", "subdistrict", "community"] as const;

/** The field that `/` leads to, wherever it is asked for. */
let field: RefSelectProps | null = null;

export function searchPlace(): void {
  field?.focus();
}

/** Finds a place of the configuration by name or number: goes there, and can report there. */
export function PlaceSearch() {
  const { t, i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  const sought = useConsole((state) => state.sought);
  const placeName = usePlaceNames();
  const places = useMemo(() => (district === null ? [] : findables(district)), [district]);
  const options = useMemo(
    () =>
      KINDS.map((kind) => ({
        label: t(`search.${kind}`),
        options: places
          .filter((each) => each.kind === kind)
          .map((each) => ({ value: each.key, label: labelOf(each, i18n.language), place: each, within: each.within === null ? "" : placeName(each.within) })),
      })),
    [places, t, i18n.language, placeName],
  );
  const find = (key: string | null) => {
    const place = places.find((each) => each.key === key);
    if (place !== undefined) go(place);
  };
  return (
    <div className="search">
      <Select<string | null>
        ref={(now) => {
          field = now;
        }}
        showSearch
        value={null}
        className="search-field"
        suffixIcon={<SearchOutlined />}
        placeholder={`${t("search.hint")}  /`}
        aria-label={t("search.hint")}
        notFoundContent={t("search.none")}
        popupMatchSelectWidth={280}
        options={options}
        onSelect={find}
        filterOption={(typed, option) => option !== undefined && "place" in option && (option.place as Findable).words.includes(typed.trim().toLowerCase())}
        optionRender={({ data }) => (
          <span className="search-option">
            {data.label} <span className="faint">{(data as { within?: string }).within}</span>
          </span>
        )}
        data-testid="place-search"
      />
      {sought !== null && <Found key={sought.key} place={sought} within={sought.within === null ? "" : placeName(sought.within)} />}
    </div>
  );
}

function labelOf(place: Findable, language: string): string {
  const name = nameOf(place, language);
  return place.kind === "dock" ? `${place.key.slice(5)} ${name}` : name;
}

/** To the place; while a place is being asked for, that is the answer. */
function go(place: Findable): void {
  if (place.bounds === null) lookAt(...place.at);
  else lookAtAll(place.bounds);
  if (isPicking(useConsole.getState())) {
    useConsole.setState({ draft: { lon: place.at[0], lat: place.at[1] }, sought: null });
    return;
  }
  useConsole.setState({ sought: place });
}

function Found({ place, within }: { place: Findable; within: string }) {
  const { t, i18n } = useTranslation();
  const may = useMay("act");
  const report = useRef<HTMLButtonElement>(null);
  // once the list has closed and let go of the focus: Enter reports
  useEffect(() => {
    const frame = requestAnimationFrame(() => report.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div className="found" data-testid="found">
      <span className="found-name">
        <b>{labelOf(place, i18n.language)}</b>
        <span className="num faint">{[within, positionText(...place.at)].filter(Boolean).join(" ")}</span>
      </span>
      <Button ref={report} size="small" type="primary" disabled={!may} onClick={() => startReport(place.at)} data-testid="report-there">
        {t("search.report")}
      </Button>
      <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("search.close")} onClick={() => useConsole.setState({ sought: null })} />
    </div>
  );
}
