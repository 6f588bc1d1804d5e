import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useTranslation } from "react-i18next";
import { MapView } from "./map/MapView";
import { DroneDrawer } from "./panels/DroneDrawer";
import { FleetStrip } from "./panels/FleetStrip";
import { IncidentDetail } from "./panels/IncidentDetail";
import { IncidentQueue } from "./panels/IncidentQueue";
import { Notice } from "./panels/Notice";
import { ReportPanel } from "./panels/ReportPanel";
import { SignIn } from "./panels/SignIn";
import { TopBar } from "./panels/TopBar";
import { useConsole } from "./state/store";
import { dark } from "./theme";
import { useKeys } from "./useKeys";

export function App() {
  const { i18n } = useTranslation();
  return (
    <ConfigProvider locale={i18n.language === "en" ? enUS : zhCN} theme={dark} button={{ autoInsertSpace: false }}>
      <AntApp component={false} message={{ top: 52, maxCount: 3 }}>
        <Gate />
      </AntApp>
    </ConfigProvider>
  );
}

/** The situation for who is signed in; the door for everybody else. */
function Gate() {
  const session = useConsole((state) => state.session);
  if (session === undefined) return null;
  return session !== null && session.rights.includes("look") ? <Situation /> : <SignIn />;
}

function Situation() {
  const reporting = useConsole((state) => state.reporting);
  useKeys();
  return (
    <div className="console">
      <TopBar />
      <main className="stage">
        <MapView />
        <Notice />
        <DroneDrawer />
      </main>
      <aside className="side">
        <IncidentQueue />
        {reporting ? <ReportPanel /> : <IncidentDetail />}
      </aside>
      <FleetStrip />
    </div>
  );
}
