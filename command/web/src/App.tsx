import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { MapView } from "./map/MapView";
import { DroneDrawer } from "./panels/DroneDrawer";
import { FleetStrip } from "./panels/FleetStrip";
import { IncidentDetail } from "./panels/IncidentDetail";
import { IncidentQueue } from "./panels/IncidentQueue";
import { MyTasks } from "./panels/MyTasks";
import { Notice } from "./panels/Notice";
import { Rail } from "./panels/Rail";
import { ReportPanel } from "./panels/ReportPanel";
import { SecondPerson } from "./panels/SecondPerson";
import { SignIn } from "./panels/SignIn";
import { Ticker } from "./panels/Ticker";
import { TopBar } from "./panels/TopBar";
import { useOpening } from "./opening";
import { useConsole } from "./state/store";
import { themes } from "./theme";
import { useAlarms } from "./useAlarms";
import { useKeys } from "./useKeys";
import { useTheme } from "./useTheme";

const AuditPage = lazy(() => import("./pages/AuditPage"));
const DrillsPage = lazy(() => import("./pages/DrillsPage"));
const PeoplePage = lazy(() => import("./pages/PeoplePage"));
const ReplayPage = lazy(() => import("./pages/ReplayPage"));
const ReportsPage = lazy(() => import("./pages/ReportsPage"));
const DocksPage = lazy(() => import("./pages/DocksPage"));
const ArchivePage = lazy(() => import("./pages/ArchivePage"));
const PatrolsPage = lazy(() => import("./pages/PatrolsPage"));
const ReviewPage = lazy(() => import("./pages/ReviewPage"));

export function App() {
  const { i18n } = useTranslation();
  const theme = useTheme();
  return (
    <ConfigProvider locale={i18n.language === "en" ? enUS : zhCN} theme={themes[theme]} button={{ autoInsertSpace: false }}>
      <AntApp component={false} message={{ top: 52, maxCount: 3 }}>
        <Gate />
      </AntApp>
    </ConfigProvider>
  );
}

/** The screens for who is signed in; the door for everybody else. */
function Gate() {
  const session = useConsole((state) => state.session);
  if (session === undefined) return null;
  return session !== null && session.rights.includes("look") ? <Shell /> : <SignIn />;
}

/** The frame of every screen. The situation stays where it is while another screen is looked at, so
 * that coming back costs nothing. */
function Shell() {
  const [at] = useLocation();
  const rights = useConsole((state) => state.session!.rights);
  useKeys();
  useAlarms();
  return (
    <Frame>
      <TopBar />
      <Rail />
      <SecondPerson />
      <Situation hidden={at !== "/"} />
      <Suspense fallback={<main className="page" />}>
        <Switch>
          <Route path="/incidents/:id">{({ id }) => <ReviewPage key={id} id={id} />}</Route>
          <Route path="/incidents" component={ArchivePage} />
          <Route path="/docks" component={DocksPage} />
          <Route path="/patrols" component={PatrolsPage} />
          <Route path="/drills" component={DrillsPage} />
          <Route path="/replay/:id?">{({ id }) => <ReplayPage id={id ?? null} />}</Route>
          <Route path="/reports" component={ReportsPage} />
          {rights.includes("people") && <Route path="/people" component={PeoplePage} />}
          {rights.includes("audit") && <Route path="/audit" component={AuditPage} />}
          <Route path="/">{null}</Route>
          <Route>
            <Redirect to="/" replace />
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}

/** What is drawn in it is not to be seen before the page opens. */
function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const opened = useOpening((state) => state.opened);
  return (
    <div className={opened ? "console" : "console console-opening"}>
      {children}
      {!opened && <p className="opening">{t("app.title")}</p>}
    </div>
  );
}

function Situation({ hidden }: { hidden: boolean }) {
  const reporting = useConsole((state) => state.reporting);
  return (
    <div className="situation" hidden={hidden}>
      <main className="stage">
        <MapView />
        <Notice />
        <DroneDrawer />
      </main>
      <aside className="side">
        <IncidentQueue />
        <MyTasks />
        {reporting ? <ReportPanel /> : <IncidentDetail />}
      </aside>
      <Ticker />
      <FleetStrip />
    </div>
  );
}
