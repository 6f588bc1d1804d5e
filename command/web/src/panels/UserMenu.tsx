import { UserOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { signOut, useMay } from "../session";
import { useConsole } from "../state/store";

const PeoplePage = lazy(() => import("./PeoplePage"));
const AuditPage = lazy(() => import("./AuditPage"));

/** Who is signed in; people and audit for those who may; the way out. */
export function UserMenu() {
  const { t } = useTranslation();
  const person = useConsole((state) => state.session?.person);
  const [page, setPage] = useState<"people" | "audit" | null>(null);
  const people = useMay("people");
  const audit = useMay("audit");
  useEffect(() => {
    // wherever the focus is: the dialog itself hears only keys pressed inside it
    const onKey = ({ key }: KeyboardEvent) => key === "Escape" && setPage(null);
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  if (!person) return null;
  const items = [
    { key: "role", label: t(`role.${person.role}`), disabled: true },
    ...(people ? [{ key: "people", label: t("people.title"), onClick: () => setPage("people") }] : []),
    ...(audit ? [{ key: "audit", label: t("audit.title"), onClick: () => setPage("audit") }] : []),
    { type: "divider" as const },
    { key: "out", label: <span data-testid="sign-out">{t("user.signOut")}</span>, onClick: () => void signOut() },
  ];
  return (
    <>
      <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
        <Button size="small" icon={<UserOutlined />} data-testid="user-menu">
          {person.shown}
        </Button>
      </Dropdown>
      <Suspense>
        {page === "people" && <PeoplePage onClose={() => setPage(null)} />}
        {page === "audit" && <AuditPage onClose={() => setPage(null)} />}
      </Suspense>
    </>
  );
}
