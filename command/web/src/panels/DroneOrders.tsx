import { Alert, Button, InputNumber } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { DroneTelemetry, SortieView } from "../contract";
import { fixed, positionText } from "../format";
import { distance_m } from "../map/geometry";
import { begin, change, endOrder, send } from "../orders";
import { useMay } from "../session";
import type { DockSite } from "../state/derived";
import { HEIGHT_M, isImmediate, isPlaced, RADIUS_M, whyNot, type OrderKind } from "../state/orders";
import { useConsole, type Order } from "../state/store";
import { ControlOf } from "./ControlOf";
import { LeaseOf } from "./LeaseOf";
import { subdistrictAt, usePlaceNames } from "./names";
import { orderRefusalText } from "../refusals";
import { WriteOff } from "./WriteOff";

interface Props {
  drone: DroneTelemetry | undefined;
  sortie: SortieView | undefined;
  site: DockSite | undefined;
}

export const ORDER_KEYS: readonly [OrderKind, string][] = [
  ["hold", "H"],
  ["resume", "P"],
  ["goto", "G"],
  ["orbit", "O"],
  ["recall", "B"],
  ["land_now", "L"],
];

/** What may be told to the drone now, and the order that is being given. */
export function DroneOrders({ drone, sortie, site }: Props) {
  const { t, i18n } = useTranslation();
  const lease = sortie?.lease ?? null;
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const order = useConsole((state) => state.order);
  const me = useConsole((state) => state.session?.person.name);
  const why = (kind: OrderKind) => {
    const reason = whyNot(kind, sortie, drone, me);
    if (reason === null) return null;
    const state = sortie && t(`sortie.state.${sortie.state}`);
    return t(`order.whyNot.${reason}`, { state, holder: reason === "control" ? sortie?.control?.holder : lease?.label || lease?.holder, mode: drone?.mode });
  };
  return (
    <section className="orders" aria-label={t("order.title")} data-testid="orders">
      <div className="orders-state">
        <b data-testid="drawer-sortie" data-state={sortie?.state}>
          {sortie ? t(`sortie.state.${sortie.state}`) : t("order.whyNot.noSortie")}
        </b>
        {sortie?.held_from && <span>{t("order.heldFrom", { state: t(`sortie.state.${sortie.held_from}`) })}</span>}
      </div>
      <div className="orders-buttons">
        {ORDER_KEYS.map(([kind, key]) => {
          const not = why(kind);
          return (
            <Button
              key={kind}
              size="small"
              danger={kind === "land_now"}
              type={order?.kind === kind ? "primary" : "default"}
              disabled={not !== null || !live}
              loading={order?.kind === kind && order.busy && isImmediate(kind)}
              title={not ?? t(`order.hint.${kind}`)}
              onClick={() => begin(kind)}
              data-testid={`order-${kind}`}
            >
              {t(`order.${kind}`)} <kbd>{key}</kbd>
            </Button>
          );
        })}
      </div>
      {order !== null && !isImmediate(order.kind) && (
        <Pending key={order.kind} order={order} not={why(order.kind)} live={live} drone={drone} site={site} />
      )}
      {sortie !== undefined && <ControlOf key={`control ${sortie.id}`} sortie={sortie} live={live} />}
      {sortie !== undefined && <WriteOff key={sortie.id} sortie={sortie} />}
      {drone !== undefined && <LeaseOf key={drone.drone} drone={drone.drone} lease={lease} live={live} />}
      {order !== null && order.refusal !== null && (
        <Alert
          type="error"
          showIcon
          closable
          onClose={endOrder}
          message={t("act.refused", { reason: orderRefusalText(order.refusal, t, i18n.language) })}
          data-testid="order-refusal"
        />
      )}
    </section>
  );
}

interface PendingProps {
  order: Order;
  not: string | null;
  live: boolean;
  drone: DroneTelemetry | undefined;
  site: DockSite | undefined;
}

/** An order's place and figures, or its question; sent by Enter. */
function Pending({ order, not, live, drone, site }: PendingProps) {
  const { t } = useTranslation();
  const draft = useConsole((state) => state.draft);
  const yes = useRef<HTMLButtonElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const placed = isPlaced(order.kind);
  const ready = live && not === null && (!placed || (draft.lon !== null && draft.lat !== null));
  useEffect(() => {
    if (!placed) yes.current?.focus();
  }, [placed]);
  // once the place is picked on the map, Enter sends
  useEffect(() => {
    if (ready && !form.current?.contains(document.activeElement)) yes.current?.focus();
  }, [draft]);
  const question = placed ? t(`order.hint.${order.kind}`) : t(`order.question.${order.kind}`, { drone: order.drone });
  return (
    <form
      ref={form}
      className="order-form"
      role={placed ? undefined : "alertdialog"}
      aria-label={question}
      data-testid="order-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void send();
      }}
    >
      <span className="order-question">{question}</span>
      {order.kind === "land_now" && <Below drone={drone} site={site} />}
      {placed && <Figures order={order} />}
      {not !== null && <span className="order-question figure-bad">{not}</span>}
      <Button size="small" onClick={endOrder} data-testid="order-cancel">
        {t("act.cancelKey")}
      </Button>
      <Button ref={yes} size="small" type="primary" danger={order.kind === "land_now"} htmlType="submit" disabled={!ready} loading={order.busy} data-testid="order-send">
        {t("act.confirmKey")}
      </Button>
    </form>
  );
}

const COORDINATE = { size: "small", step: 0.001, precision: 6, controls: false } as const;

function Figures({ order }: { order: Order }) {
  const { t } = useTranslation();
  const { lon, lat } = useConsole((state) => state.draft);
  const first = useRef<React.ComponentRef<typeof InputNumber>>(null);
  useEffect(() => first.current?.focus(), []);
  const place = (at: { lon?: number | null; lat?: number | null }) =>
    useConsole.setState(({ draft }) => ({ draft: { ...draft, ...at } }));
  return (
    <>
      <label htmlFor="order-lon">{t("report.lon")}</label>
      <InputNumber ref={first} id="order-lon" {...COORDINATE} placeholder="WGS-84" value={lon} onChange={(to) => place({ lon: to })} data-testid="order-lon" />
      <label htmlFor="order-lat">{t("report.lat")}</label>
      <InputNumber id="order-lat" {...COORDINATE} placeholder="WGS-84" value={lat} onChange={(to) => place({ lat: to })} data-testid="order-lat" />
      <label htmlFor="order-height">{t("order.height")}</label>
      <InputNumber
        id="order-height"
        size="small"
        {...HEIGHT_M}
        precision={0}
        suffix="m"
        placeholder={t("order.heightRange", HEIGHT_M)}
        value={order.height_m}
        onChange={(height_m) => change({ height_m })}
        data-testid="order-height"
      />
      {order.kind === "orbit" && (
        <>
          <label htmlFor="order-radius">{t("order.radius")}</label>
          <InputNumber
            id="order-radius"
            size="small"
            min={RADIUS_M.min}
            max={RADIUS_M.max}
            precision={0}
            suffix="m"
            value={order.radius_m}
            onChange={(radius_m) => change({ radius_m: radius_m ?? RADIUS_M.usual })}
            data-testid="order-radius"
          />
        </>
      )}
    </>
  );
}

/** Where a drone would come down. */
function Below({ drone, site }: { drone: DroneTelemetry | undefined; site: DockSite | undefined }) {
  const { t } = useTranslation();
  const district = useConsole((state) => state.district);
  const placeName = usePlaceNames();
  if (drone === undefined || drone.lon === null || drone.lat === null) return null;
  const away_m = site && distance_m(site.at, [drone.lon, drone.lat]);
  return (
    <span className="order-question figure-short num" data-testid="order-below">
      {placeName(subdistrictAt(district, drone.lon, drone.lat))} {positionText(drone.lon, drone.lat)}
      <br />
      {t("order.below", { away: fixed(away_m), height: fixed(drone.alt_rel_m) })}
    </span>
  );
}
