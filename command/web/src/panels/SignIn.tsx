import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { setLanguage } from "../i18n";
import { setPassword, signIn, signOut } from "../session";
import { useConsole } from "../state/store";
import { refusalText } from "../words";

interface Fields {
  name: string;
  password: string;
  fresh: string;
}

/** The door: name and password, then, the first time, a password of one's own. */
export function SignIn() {
  const { t, i18n } = useTranslation();
  const session = useConsole((state) => state.session);
  return (
    <div className="door">
      <div className="door-card">
        <h1>
          {t("door.system")}
          <Button size="small" onClick={() => setLanguage(i18n.language === "en" ? "zh" : "en")} data-testid="lang-switch">
            {t("bar.language")}
          </Button>
        </h1>
        {session ? <OwnPassword key="own" /> : <NameAndPassword key="name" />}
      </div>
    </div>
  );
}

function NameAndPassword() {
  const { t } = useTranslation();
  const { busy, refusal, run } = useRun();
  return (
    <Form<Fields> layout="vertical" requiredMark={false} onFinish={(f) => run(() => signIn(f.name.trim(), f.password))}>
      <Form.Item name="name" label={t("door.name")} rules={[{ required: true, message: t("door.nameMissing") }]}>
        <Input autoFocus autoComplete="username" data-testid="sign-in-name" />
      </Form.Item>
      <Form.Item name="password" label={t("door.password")} rules={[{ required: true, message: t("door.passwordMissing") }]}>
        <Input.Password autoComplete="current-password" data-testid="sign-in-password" />
      </Form.Item>
      <Refusal words={refusal} />
      <Button type="primary" htmlType="submit" block loading={busy} data-testid="sign-in">
        {t("door.signIn")}
      </Button>
    </Form>
  );
}

function OwnPassword() {
  const { t } = useTranslation();
  const { busy, refusal, run } = useRun();
  return (
    <Form<Fields> layout="vertical" requiredMark={false} onFinish={(f) => run(() => setPassword(f.password, f.fresh))}>
      <p className="door-why">{t("door.ownPassword")}</p>
      <Form.Item name="password" label={t("door.oneTime")} rules={[{ required: true, message: t("door.passwordMissing") }]}>
        <Input.Password autoFocus autoComplete="current-password" data-testid="old-password" />
      </Form.Item>
      <Form.Item
        name="fresh"
        label={t("door.fresh")}
        extra={t("door.rule")}
        rules={[{ required: true, min: 10, message: t("door.rule") }]}
      >
        <Input.Password autoComplete="new-password" data-testid="new-password" />
      </Form.Item>
      <Refusal words={refusal} />
      <Button type="primary" htmlType="submit" block loading={busy} data-testid="set-password">
        {t("door.set")}
      </Button>
      <Button type="link" block onClick={() => void signOut()}>
        {t("user.signOut")}
      </Button>
    </Form>
  );
}

function useRun() {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const run = (act: () => Promise<void>) => {
    setBusy(true);
    setRefusal(null);
    act()
      .catch((reason: unknown) => setRefusal(refusalText(reason, t)))
      .finally(() => setBusy(false));
  };
  return { busy, refusal, run };
}

function Refusal({ words }: { words: string | null }) {
  return <div className="door-refusal">{words !== null && <Alert type="error" showIcon message={words} data-testid="door-refusal" />}</div>;
}
