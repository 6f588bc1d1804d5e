import { UserOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { signOut } from "../session";
import { useConsole } from "../state/store";

/** Who is signed in, and the way out. */
export function UserMenu() {
  const { t } = useTranslation();
  const person = useConsole((state) => state.session?.person);
  if (!person) return null;
  const items = [
    { key: "role", label: t(`role.${person.role}`), disabled: true },
    { type: "divider" as const },
    { key: "out", label: <span data-testid="sign-out">{t("user.signOut")}</span>, onClick: () => void signOut() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
      <Button size="small" icon={<UserOutlined />} data-testid="user-menu">
        {person.shown}
      </Button>
    </Dropdown>
  );
}
