import { Alert, AutoComplete, Button, Input, InputNumber, type InputRef } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isUndecided } from "../acts";
import type { IncidentView } from "../contract";
import { newKey } from "../key";
import { Refused } from "../refused";
import { giveTask, useColleagues } from "../response";
import { useConsole } from "../state/store";
import { nameOf, refusalText } from "../words";

/** A task: what, to a colleague or to anybody outside by name, and within how many minutes. */
export function TaskForm({ incident }: { incident: IncidentView }) {
  const { t, i18n } = useTranslation();
  const colleagues = useColleagues();
  const contacts = useConsole((state) => state.district?.contacts ?? []);
  const live = useConsole((state) => state.connected && state.controllerOnline);
  const [text, setText] = useState("");
  const [to, setTo] = useState("");
  const [minutes, setMinutes] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const first = useRef<InputRef>(null);
  const sent = useRef({ content: "", key: newKey() });
  useEffect(() => first.current?.focus(), []);
  const close = () => useConsole.setState({ giving: false });
  const outside = !colleagues.some((each) => each.name === to.trim());
  const give = async () => {
    const task = { text: text.trim(), to: to.trim(), outside, within_min: minutes };
    const content = JSON.stringify(task);
    if (sent.current.content !== content) sent.current = { content, key: newKey() };
    setBusy(true);
    setRefusal(null);
    try {
      await giveTask(incident.id, task, sent.current.key);
      close();
    } catch (reason) {
      if (!(reason instanceof Refused) || !isUndecided(reason)) sent.current.content = "";
      setRefusal(t("act.refused", { reason: refusalText(reason, t) }));
      setBusy(false);
    }
  };
  const options = [
    { label: t("task.colleagues"), options: colleagues.map(({ name, shown, role }) => ({ value: name, label: `${shown} · ${name} · ${t(`role.${role}`)}` })) },
    { label: t("task.outside"), options: contacts.map((each) => ({ value: nameOf(each.name, i18n.language), label: `${nameOf(each.name, i18n.language)} ${each.phone}`.trim() })) },
  ];
  const ready = text.trim() !== "" && to.trim() !== "" && live;
  return (
    <form
      className="task-form"
      aria-label={t("task.give")}
      data-testid="task-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) void give();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        close();
      }}
    >
      <Input ref={first} size="small" maxLength={500} value={text} placeholder={t("task.what")} aria-label={t("task.what")} onChange={(event) => setText(event.target.value)} data-testid="task-what" />
      <AutoComplete
        size="small"
        value={to}
        defaultActiveFirstOption={false}
        options={options}
        onChange={setTo}
        filterOption={(typed, option) => option !== undefined && "value" in option && `${option.value} ${option.label}`.toLowerCase().includes(typed.toLowerCase())}
        aria-label={t("task.whom")}
        placeholder={t("task.whom")}
        data-testid="task-whom"
      />
      <InputNumber size="small" min={1} max={1440} precision={0} value={minutes} onChange={setMinutes} placeholder={t("task.within")} aria-label={t("task.within")} data-testid="task-within" />
      <Button size="small" onClick={close}>
        {t("act.cancel")}
      </Button>
      <Button size="small" type="primary" htmlType="submit" disabled={!ready} loading={busy} data-testid="task-send">
        {t("task.send")}
      </Button>
      {refusal !== null && <Alert type="error" showIcon message={refusal} data-testid="task-form-refusal" />}
    </form>
  );
}
